package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.PackagedService.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The package's start script: from any folder, with the cache of classes, and with nothing lost between caller and JVM. */
class StartScriptIT {
    private static final Path PACKAGE = Path.of("target", "quarkus-app").toAbsolutePath();
    private static final Path SCRIPT = PACKAGE.resolve("gatehouse");
    private static final Path JDK = Path.of(System.getProperty("java.home"));

    /** Ends the JVM where it cannot use the cache. */
    private static final String CACHE_OR_NOTHING = Runtime.version().feature() < 25 ? "-Xshare:on" : "-XX:AOTMode=on";

    private static final Map<String, String> NO_DATABASE =
            Map.of("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://127.0.0.1:9/none");

    @TempDir
    Path folder = Path.of("");

    @BeforeEach
    void needsAShell() {
        Tools.assumePresent("sh and readlink", Tools.succeeds("sh", "-c", "command -v readlink"));
    }

    @Test
    void theScriptIsExecutable() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(SCRIPT)))
                .matches("..x..x..x");
    }

    /** From a folder that is not the package's, each. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "target/quarkus-app/gatehouse",
                "./target/../target/quarkus-app/gatehouse",
                "src/../target/quarkus-app/../quarkus-app/gatehouse"
            })
    void aRelativePathFindsThePackageAndItsCache(String path) throws Exception {
        Ended ended = run(List.of(path, "calibrate", "x"), Path.of("."), Map.of("JAVA_OPTS_APPEND", CACHE_OR_NOTHING));

        assertThat(ended.log()).startsWith("calibrate: takes one duration");
        assertThat(ended.exitCode()).isEqualTo(2);
    }

    @Test
    void symbolicLinksLeadToThePackageAndItsCache() throws Exception {
        Path absolute = Files.createSymbolicLink(folder.resolve("absolute link"), SCRIPT);
        Path chained = Files.createSymbolicLink(folder.resolve("chained"), Path.of("absolute link"));
        Path linkedFolder = Files.createSymbolicLink(folder.resolve("linked folder"), PACKAGE);

        for (Path script : List.of(absolute, chained, linkedFolder.resolve("gatehouse"))) {
            Ended ended =
                    run(List.of(script.toString(), "calibrate"), folder, Map.of("JAVA_OPTS_APPEND", CACHE_OR_NOTHING));
            assertThat(ended.log()).as("%s", script).startsWith("calibrate: takes one duration");
        }
    }

    @Test
    void aLinkOnThePathIsEnough() throws Exception {
        Files.createSymbolicLink(folder.resolve("gatehouse"), SCRIPT);

        Ended ended = run(
                List.of("sh", "-c", "gatehouse calibrate"),
                folder,
                Map.of("PATH", folder + ":" + System.getenv("PATH"), "JAVA_OPTS_APPEND", CACHE_OR_NOTHING));

        assertThat(ended.log()).startsWith("calibrate: takes one duration");
    }

    @Test
    void aMovedPackageInAFolderWithABlankStillUsesItsCache() throws Exception {
        Path moved = folder.resolve("moved here $HOME *");
        copy(PACKAGE, moved);

        Ended ended = run(
                List.of(moved.resolve("gatehouse").toString(), "calibrate"),
                folder,
                Map.of("JAVA_OPTS_APPEND", CACHE_OR_NOTHING));

        assertThat(ended.log()).startsWith("calibrate: takes one duration");
    }

    /** With their times, by which the JVM knows the files that its cache was made of. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void argumentsArePassedOnAsTheyAre() throws Exception {
        Ended oneArgument = run(List.of(SCRIPT.toString(), "healthcheck", "live and * well"), folder, Map.of());
        assertThat(oneArgument)
                .isEqualTo(new Ended(
                        2, "healthcheck: takes one of live, ready and serving, or nothing, which is serving"));

        Ended command = run(List.of(SCRIPT.toString(), "healthcheck live"), folder, Map.of());
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.log()).startsWith("Without arguments: the service.");

        Ended refused =
                run(List.of(SCRIPT.toString(), "healthcheck", "live"), folder, Map.of("QUARKUS_MANAGEMENT_PORT", "9"));
        assertThat(refused)
                .isEqualTo(new Ended(1, "healthcheck: not live, java.net.ConnectException: Connection refused"));
    }

    /** The heap is the option that shows: without JAVA_OPTS it is the script's. */
    @Test
    void optionsAreTheDocumentedOnesOrJavaOptsAndThenJavaOptsAppend() throws Exception {
        assertThat(flags(Map.of()))
                .contains(
                        "MaxHeapSize=134217728",
                        "InitialHeapSize=25165824",
                        "UseSerialGC=true",
                        "ExitOnOutOfMemoryError=true");
        assertThat(flags(Map.of("JAVA_OPTS_APPEND", " -Xmx256m  -Dany=* ")))
                .contains("MaxHeapSize=268435456", "UseSerialGC=true");
        assertThat(flags(Map.of("JAVA_OPTS", "-Xmx64m")))
                .contains("MaxHeapSize=67108864", "ExitOnOutOfMemoryError=false");
        assertThat(flags(Map.of("JAVA_OPTS", "-Xmx64m", "JAVA_OPTS_APPEND", "-Xmx96m")))
                .contains("MaxHeapSize=100663296");
        assertThat(flags(Map.of("JAVA_OPTS", "", "JAVA_OPTS_APPEND", ""))).contains("MaxHeapSize=134217728");
    }

    private List<String> flags(Map<String, String> environment) throws Exception {
        Map<String, String> more = new HashMap<>(environment);
        // Prepended by the JVM's launcher, so that it does not stand in the way of what is tested.
        more.put("JDK_JAVA_OPTIONS", "-XX:+PrintFlagsFinal");
        Ended ended = run(List.of(SCRIPT.toString(), "calibrate"), folder, more);
        return ended.log()
                .lines()
                .filter(line -> line.contains(" = "))
                .map(line -> line.trim().split("\\s+"))
                .map(words -> words[1] + "=" + words[3])
                .toList();
    }

    @Test
    void relativePathsAreThoseOfTheCaller() throws Exception {
        Path configuration = Files.createDirectory(folder.resolve("config")).resolve("application.properties");
        Files.writeString(configuration, "gatehouse.token.leeway=PT99S\n");

        Ended ended = run(List.of(SCRIPT.toString()), folder, NO_DATABASE);

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.log()).contains("gatehouse.token.leeway");
    }

    @Test
    void theServiceUsesTheCacheFromElsewhereAndTakesSigterm() throws Exception {
        Path script = Files.createSymbolicLink(folder.resolve("a link"), SCRIPT);
        Map<String, String> environment = new HashMap<>(NO_DATABASE);
        environment.putAll(environment(Map.of("JAVA_OPTS_APPEND", CACHE_OR_NOTHING)));

        try (PackagedService service = PackagedService.listening(List.of(script.toString()), folder, environment)) {
            assertThat(service.api().call("GET", "/notsecret").send().status()).isEqualTo(200);
            assertThat(service.log()).doesNotContain("[error]", "[warning]");
            assertThat(ProcessHandle.of(service.pid()).orElseThrow().info().command())
                    .as("the process is the JVM, which takes the signal")
                    .hasValueSatisfying(command -> assertThat(command).endsWith("/java"));
            service.terminate();
            assertThat(service.awaitEnd()).isEqualTo(143);
        }
    }

    @Test
    void javaHomeGoesBeforeThePathAndEitherIsEnough() throws Exception {
        String withoutJava = pathWithoutJava();
        Ended byHome = run(List.of(SCRIPT.toString(), "calibrate"), folder, Map.of("PATH", withoutJava));
        assertThat(byHome.exitCode()).as(byHome.log()).isEqualTo(2);

        Map<String, String> noHome = Map.of("JAVA_HOME", "", "PATH", JDK.resolve("bin") + ":" + withoutJava);
        Ended byPath = run(List.of(SCRIPT.toString(), "calibrate"), folder, noHome);
        assertThat(byPath.exitCode()).as(byPath.log()).isEqualTo(2);
    }

    @Test
    void withoutJavaItSaysWhatItNeeds() throws Exception {
        Ended none = run(List.of(SCRIPT.toString()), folder, Map.of("JAVA_HOME", "", "PATH", pathWithoutJava()));
        assertThat(none)
                .isEqualTo(new Ended(
                        1, "gatehouse: found no java. Install Java 21 or newer, and set JAVA_HOME or PATH to it."));

        Ended wrongHome = run(List.of(SCRIPT.toString()), folder, Map.of("JAVA_HOME", folder.toString()));
        assertThat(wrongHome)
                .isEqualTo(new Ended(
                        1,
                        "gatehouse: JAVA_HOME is " + folder
                                + ", where there is no bin/java. It needs Java 21 or newer."));
    }

    /** By the file beside it, and where there is none by asking it. */
    @ParameterizedTest
    @ValueSource(strings = {"17.0.15", "1.8.0_402", "20", "11"})
    void aJvmThatIsTooOldIsRefusedByItsVersion(String version) throws Exception {
        String feature = version.replaceFirst("^1\\.", "").replaceFirst("[._].*", "");
        for (boolean file : List.of(true, false)) {
            Path home = jvm("jvm " + file, file ? version : "", "openjdk version \"" + version + "\" 2025-04-15");

            Ended ended = run(List.of(SCRIPT.toString()), folder, Map.of("JAVA_HOME", home.toString()));

            assertThat(ended)
                    .isEqualTo(new Ended(
                            1,
                            "gatehouse: " + home + "/bin/java is Java " + feature
                                    + ". It needs Java 21 or newer: set JAVA_HOME or PATH to one."));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"25.0.3", "25-ea", "26", "21.0.1"})
    void theCacheIsNamedToTheVersionsThatCanHaveMadeIt(String version) throws Exception {
        Path home = jvm("jvm", version, "");
        Path moved = Files.createDirectory(folder.resolve("package"));
        Files.copy(SCRIPT, moved.resolve("gatehouse"));
        for (String file : List.of("quarkus-run.jar", "app.aot", "app-cds.jsa")) {
            Files.createFile(moved.resolve(file));
        }

        Ended ended = run(
                List.of("sh", moved.resolve("gatehouse").toString(), "one argument", "*"),
                folder,
                Map.of("JAVA_HOME", home.toString(), "JAVA_OPTS", "-a -b", "JAVA_OPTS_APPEND", "-c"));

        String cache = version.startsWith("21")
                ? "-XX:SharedArchiveFile=" + moved + "/app-cds.jsa"
                : "-XX:AOTCache=" + moved + "/app.aot";
        assertThat(ended.log().lines())
                .containsExactly(cache, "-a", "-b", "-c", "-jar", moved + "/quarkus-run.jar", "one argument", "*");

        Files.delete(moved.resolve("app.aot"));
        Files.delete(moved.resolve("app-cds.jsa"));
        Ended without = run(
                List.of("sh", moved.resolve("gatehouse").toString()),
                folder,
                Map.of("JAVA_HOME", home.toString(), "JAVA_OPTS", "-a"));
        assertThat(without.log().lines()).containsExactly("-a", "-jar", moved + "/quarkus-run.jar");
    }

    /** A JVM that says its version and prints its arguments, one a line. */
    private Path jvm(String name, String releaseVersion, String says) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                if [ "$1" = -version ]; then echo '%s' >&2; else printf '%%s\\n' "$@"; fi
                """.formatted(says));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        if (!releaseVersion.isEmpty()) {
            Files.writeString(
                    home.resolve("release"), "IMPLEMENTOR=\"Any\"\nJAVA_VERSION=\"" + releaseVersion + "\"\n");
        }
        return home;
    }

    /** The tools that the script uses, and no others. */
    private String pathWithoutJava() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of("sh", "readlink", "dirname", "sed")) {
            Path link = tools.resolve(tool);
            if (Files.notExists(link)) {
                Path found = Stream.of(System.getenv("PATH").split(":"))
                        .map(entry -> Path.of(entry, tool))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElseThrow();
                Files.createSymbolicLink(link, found);
            }
        }
        return tools.toString();
    }

    private static Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", System.getenv("PATH"));
        environment.put("JAVA_HOME", JDK.toString());
        environment.putAll(more);
        return environment;
    }

    private static Ended run(List<String> command, Path directory, Map<String, String> more)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment(more));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output.strip());
    }
}
