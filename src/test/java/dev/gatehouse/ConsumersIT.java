package dev.gatehouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The clients that generators make of the served OpenAPI document compile, and walk from sign-up to deletion. The programs are in
 * {@code src/consumers}.
 */
@Tag("tools")
@EnabledIfSystemProperty(named = "tools", matches = "required", disabledReason = "they need npm and the network")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsumersIT {
    private static final String JAVA_HOME = System.getProperty("java.home");

    private final PackagedService service = PackagedService.listening(
            List.of(Path.of("target", "quarkus-app", "gatehouse")
                    .toAbsolutePath()
                    .toString()),
            Path.of("."),
            Map.of(
                    "JAVA_HOME",
                    JAVA_HOME,
                    "QUARKUS_DATASOURCE_JDBC_URL",
                    TestPostgres.newDatabase(),
                    "GATEHOUSE_PASSWORD_COST",
                    "4"));

    @BeforeAll
    void writeDocument() throws IOException {
        service.awaitReady();
        Files.writeString(
                Tools.NPM_PROJECT.resolveSibling("openapi.json"),
                service.api().call("GET", "/openapi.json").send().text());
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void openapiTypescriptAndOpenapiFetchWork() throws Exception {
        run(Tools.NPM_PROJECT, "npm", "run", "openapi-fetch");
    }

    @Test
    void heyApiWorks() throws Exception {
        run(Tools.NPM_PROJECT, "npm", "run", "hey-api");
    }

    @Test
    void openapiGeneratorsJavaClientWorks() throws Exception {
        run(Path.of("."), "./mvnw", "-q", "-f", "src/consumers/java/pom.xml", "clean", "compile", "exec:exec");
    }

    /** Runs a command, prints what it prints, and checks that it succeeds. */
    private void run(Path directory, String... command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", JAVA_HOME);
        builder.environment().put("GATEHOUSE", "http://localhost:" + service.port());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        System.out.println("$ " + String.join(" ", command) + "\n" + output);
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }
}
