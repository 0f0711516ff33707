package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The host's time zone is one that its Postgres does not know: this one has lost its files of zones. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TimeZoneIT {
    private final EmbeddedPostgres postgres;

    TimeZoneIT(@TempDir Path folder) throws IOException {
        postgres = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(folder.toFile())
                // Another one than the other tests', or the library would use the files that it has unpacked for them.
                .setPgBinaryResolver((system, architecture) ->
                        DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, architecture))
                .start();
        removeZones(folder);
    }

    private static void removeZones(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<File> zones = files.filter(file -> file.toString().contains("/timezone/"))
                    .sorted(Comparator.reverseOrder())
                    .map(Path::toFile)
                    .toList();
            assertThat(zones).isNotEmpty().allMatch(File::delete);
        }
    }

    @AfterAll
    void stop() throws IOException {
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PST", "Asia/Calcutta", "Nowhere/Town", "UTC"})
    void theServiceWorksInUtcWhateverTheHostsTimeZoneIs(String zone) {
        String url = postgres.getJdbcUrl("postgres", "postgres");
        try (PackagedService service = PackagedService.ready(url, Map.of("TZ", zone))) {
            String name = "in" + zone.replaceAll("\\W", "");
            assertThat(service.api().signUp(name, "a long enough password").status())
                    .isEqualTo(201);
            String token = service.api().login(name, "a long enough password").token();
            String created = service.api()
                    .call("GET", "/account")
                    .bearer(token)
                    .send()
                    .json()
                    .path("created_at")
                    .asText();
            assertThat(OffsetDateTime.parse(created).toInstant())
                    .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
            assertThat(service.log().lines().filter(line -> line.contains("gatehouse.key")))
                    .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}Z .*"))
                    .allSatisfy(line -> assertThat(Instant.parse(
                                    line.substring(0, 24).replace(' ', 'T').replace(',', '.')))
                            .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES)));
        }
    }
}
