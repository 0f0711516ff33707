package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The packaged application in a process of its own, with no environment but its ports, free ones, and what a test gives it. */
public final class PackagedService implements AutoCloseable {
    /** A secret for those tests that want a service which signs with one. */
    public static final String SECRET = "for integration tests and nothing else";

    /** How docs/operations.md has the JVM run; the build sets others for tests that start many processes. */
    static final String JAVA_OPTIONS =
            "-XX:AOTCache=app.aot -Xms24m -Xmx128m -XX:+UseSerialGC -XX:TrimNativeHeapInterval=1000 -XX:+ExitOnOutOfMemoryError";

    private static final File FOLDER = new File("target", "quarkus-app");

    /** The native executable, where it is that which is to run. */
    private static final String EXECUTABLE = System.getProperty("packaged.executable", "");

    private static final Pattern LISTENING =
            Pattern.compile("Listening on: (?:http://[^:]+:(\\d+))?(?: and )?(?:https://[^:]+:(\\d+))?\\."
                    + " Management interface listening on (https?)://[^:]+:(\\d+)");

    private final Process process;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final CountDownLatch listeningOrEnded = new CountDownLatch(1);
    private final Thread reader;
    private volatile int port;
    private volatile int httpsPort;
    private volatile int managementPort;
    private volatile String managementScheme = "";

    private PackagedService(Map<String, String> environment, String... arguments) {
        this(command(arguments), EXECUTABLE.isBlank() ? FOLDER : new File("."), environment);
    }

    private PackagedService(List<String> command, File directory, Map<String, String> environment) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(Map.of("QUARKUS_HTTP_PORT", "0", "QUARKUS_MANAGEMENT_PORT", "0"));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = Thread.ofPlatform().daemon().start(this::readLog);
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(EXECUTABLE.isBlank() ? jvm() : List.of(EXECUTABLE));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> jvm() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                System.getProperty("packaged.java.options", JAVA_OPTIONS).split(" ")));
        command.addAll(List.of("-jar", "quarkus-run.jar"));
        return command;
    }

    /** Starts a process and returns once it listens. */
    public static PackagedService listening(Map<String, String> environment) {
        PackagedService service = new PackagedService(environment);
        return service.orClosed(service::awaitListening);
    }

    /** Starts the service by a command in a folder and returns once it listens. */
    static PackagedService listening(List<String> command, Path directory, Map<String, String> environment) {
        PackagedService service = new PackagedService(command, directory.toFile(), environment);
        return service.orClosed(service::awaitListening);
    }

    /** Starts a process that is configured with a database, and returns once it is ready. */
    public static PackagedService ready(String jdbcUrl, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of("QUARKUS_DATASOURCE_JDBC_URL", jdbcUrl));
        environment.putAll(more);
        PackagedService service = listening(environment);
        return service.orClosed(service::awaitReady);
    }

    /** This service, after it has come as far as is awaited; where it does not, no process is left behind. */
    private PackagedService orClosed(Runnable awaiting) {
        try {
            awaiting.run();
            return this;
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    /** Starts a process that is expected to end by itself, and returns what it printed. */
    public static Ended ending(Map<String, String> environment, String... arguments) {
        PackagedService service = new PackagedService(environment, arguments);
        try {
            assertThat(service.process.waitFor(30, TimeUnit.SECONDS))
                    .as("ended")
                    .isTrue();
            service.reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            service.close();
        }
        return new Ended(service.process.exitValue(), service.log());
    }

    /** How a process ended. */
    public record Ended(int exitCode, String log) {}

    private void readLog() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                Matcher matcher = LISTENING.matcher(line);
                if (matcher.find()) {
                    port = port(matcher.group(1));
                    httpsPort = port(matcher.group(2));
                    managementScheme = matcher.group(3);
                    managementPort = port(matcher.group(4));
                    listeningOrEnded.countDown();
                }
            }
        } catch (IOException e) {
            log.add(e.toString());
        } finally {
            listeningOrEnded.countDown();
        }
    }

    private static int port(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private void awaitListening() {
        try {
            assertThat(listeningOrEnded.await(60, TimeUnit.SECONDS)).as(log()).isTrue();
            assertThat(managementPort).as(log()).isPositive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Asks until the service says that it is ready, for 30 s at most. */
    public void awaitReady() {
        Await.until(() -> management().call("GET", "/q/health/ready").send().status() == 200, this::log);
    }

    /** The main port, 0 where it speaks HTTPS alone. */
    public int port() {
        return port;
    }

    /** The main port with HTTPS, 0 where there is none. */
    int httpsPort() {
        return httpsPort;
    }

    /** What the management port speaks, {@code http} or {@code https}. */
    String managementScheme() {
        return managementScheme;
    }

    /** The process' id. */
    public long pid() {
        return process.pid();
    }

    /** The port of health and metrics. */
    public int managementPort() {
        return managementPort;
    }

    public Api api() {
        return new Api(port);
    }

    public Api management() {
        return new Api(managementPort);
    }

    /** Returns once the log has a text, which it must within 30 s. */
    public void awaitLog(String text) {
        Await.until(() -> log().contains(text), this::log);
    }

    public String log() {
        return String.join("\n", log);
    }

    /** Asks the process to end, as an operator does, and returns at once. */
    public void terminate() {
        process.destroy();
    }

    /** Returns the exit code once the process has ended, which it must within 60 s. */
    public int awaitEnd() {
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(log()).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    /** Ends the process without a word, and returns once it is gone. */
    public void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
