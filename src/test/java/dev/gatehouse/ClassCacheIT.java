package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of classes that is made at packaging. Every other test of the package fails where the JVM cannot use it. */
class ClassCacheIT {
    @TempDir
    Path folder;

    @Test
    void aStartAndItsFirstAnswersLoadNearlyAllClassesFromTheCache() throws IOException {
        Path log = folder.resolve("classes.log");
        try (PackagedService service = PackagedService.listening(Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL",
                "jdbc:postgresql://127.0.0.1:9/none",
                "JDK_JAVA_OPTIONS",
                "-Xlog:class+load:file=" + log))) {
            assertThat(service.api().call("GET", "/notsecret").send().status()).isEqualTo(200);
        }
        List<String> loaded = Files.readAllLines(log).stream()
                .filter(line -> line.contains(" source: "))
                .toList();
        long cached = loaded.stream()
                .filter(line -> line.contains("source: shared objects file"))
                .count();
        // Made without the training of ours, which answers requests, it would be two thirds.
        assertThat(cached).isGreaterThan(loaded.size() * 95L / 100);
    }
}
