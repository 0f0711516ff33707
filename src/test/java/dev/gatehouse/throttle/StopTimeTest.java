package dev.gatehouse.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the parts of a stop may take is less together than what those who stop the service wait for. */
class StopTimeTest {
    private static final Path SETTINGS = Path.of("src", "main", "resources", "application.properties");
    private static final Path OPERATIONS = Path.of("docs", "operations.md");

    private static Duration seconds(Path file, String pattern) throws IOException {
        List<String> found = Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(Files.readString(file))
                .results()
                .map((MatchResult match) -> match.group(1))
                .distinct()
                .toList();
        assertThat(found).as(pattern).hasSize(1);
        return Duration.ofSeconds(Long.parseLong(found.getFirst()));
    }

    private static Duration calls() throws IOException {
        return seconds(Path.of("application.properties.example"), "^#gatehouse\\.http\\.shutdown-timeout=PT(\\d+)S$");
    }

    private static Duration everythingElse() throws IOException {
        return AttemptSettler.LAST_CHANCE
                .plus(seconds(SETTINGS, "^quarkus\\.thread-pool\\.shutdown-timeout=(\\d+)s$"))
                .plus(seconds(SETTINGS, "^quarkus\\.thread-pool\\.shutdown-interrupt=(\\d+)s$"));
    }

    @Test
    void whatComesAfterTheCallsTakesAsLongAsTheDocumentationSays() throws IOException {
        assertThat(everythingElse())
                .isLessThanOrEqualTo(seconds(OPERATIONS, "^\\| everything else when it stops \\| (\\d+) s \\|"));
    }

    @Test
    void theServiceStopsBeforeItIsKilled() throws IOException {
        Duration all = calls().plus(everythingElse());
        assertThat(seconds(OPERATIONS, "give it more than (\\d+) s")).isGreaterThanOrEqualTo(all);
        assertThat(seconds(Path.of("docker-compose.yml"), "35 s at most\\.\\s+stop_grace_period: (\\d+)s"))
                .isGreaterThan(all);
        assertThat(seconds(Path.of("deploy", "kubernetes", "deployment.yaml"), "terminationGracePeriodSeconds: (\\d+)"))
                .isGreaterThan(all);
    }
}
