package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./mvnw} does with a Maven that it must not run and a JDK that it cannot use. */
class MavenWrapperIT {
    @TempDir
    Path folder = Path.of("");

    @BeforeEach
    void needsAShellAndCurl() {
        assumeThat(Tools.succeeds("sh", "-c", "command -v curl"))
                .as("sh and curl")
                .isTrue();
    }

    @Test
    void anArchiveWithAnotherChecksumIsNotUnpacked() throws Exception {
        String version = version();
        Path archive = folder.resolve(
                "repository/org/apache/maven/apache-maven/%1$s/apache-maven-%1$s-bin.zip".formatted(version));
        Files.createDirectories(archive.getParent());
        Files.writeString(archive, "not Maven");
        Path home = folder.resolve("home");

        PackagedService.Ended ended = mvnw(Map.of(
                "JAVA_HOME", System.getProperty("java.home"),
                "MAVEN_USER_HOME", home.toString(),
                "MVNW_REPOURL", folder.resolve("repository").toUri().toString()));

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.log()).contains("SHA-512").contains("Not used");
        try (Stream<Path> left = Files.walk(home)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void aJdkThatIsNotJavaHomeIsNamed() throws Exception {
        PackagedService.Ended ended = mvnw(Map.of(
                "JAVA_HOME", folder.toString(),
                "SDKMAN_DIR", sdkmanWithThisJdk().toString()));

        assertThat(ended.log()).contains("mvnw: using JDK ").contains("Apache Maven " + version());
        assertThat(ended.exitCode()).isZero();
    }

    private Path sdkmanWithThisJdk() throws IOException {
        Path candidates = folder.resolve("sdkman/candidates/java");
        Files.createDirectories(candidates);
        Files.createSymbolicLink(candidates.resolve("this"), Path.of(System.getProperty("java.home")));
        return folder.resolve("sdkman");
    }

    private static String version() throws IOException {
        return Files.readString(Path.of(".mvn/wrapper/maven-wrapper.properties"))
                .replaceAll("(?s).*apache-maven-([0-9.]+)-bin\\.zip.*", "$1");
    }

    private static PackagedService.Ended mvnw(Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "mvnw", "--version").redirectErrorStream(true);
        // What tells the wrapper where Maven is cached or can be had stays, unless a test sets it.
        builder.environment().keySet().removeIf(name -> name.equals("MAVEN_HOME") || name.equals("M2_HOME"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new PackagedService.Ended(process.waitFor(), output);
    }
}
