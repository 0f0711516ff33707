package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.development.EmbeddedDatabaseServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real Postgres at one port, that writes through to its disk, and to which bad things can be done. */
final class FaultyPostgres implements AutoCloseable {
    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    FaultyPostgres() throws IOException {
        this.data = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "faulty-postgres")
                .resolve("data");
        this.port = Tools.freePort();
        this.server = started();
    }

    private EmbeddedPostgres started() throws IOException {
        return EmbeddedDatabaseServer.builder()
                .setPort(port)
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                // Otherwise a test server forgets what it has promised.
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
    }

    /** Where its files are. */
    Path data() {
        return data;
    }

    /** Stops it as an operator does; whoever is connected is thrown out. */
    void stop() throws IOException {
        server.close();
    }

    void start() throws IOException {
        server = started();
    }

    /** All of its processes die at once. */
    void kill() throws IOException {
        List<ProcessHandle> all = processes();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit().join());
        // To give its files free; that it cannot be stopped any more is no news.
        Logger.getLogger(EmbeddedPostgres.class.getName()).setLevel(Level.OFF);
        server.close();
    }

    /** One of its processes dies, upon which it throws everybody out and recovers by itself. */
    void crash() throws IOException {
        List<ProcessHandle> all = processes();
        all.getLast().destroyForcibly();
    }

    /** Throws everybody out. */
    void terminateConnections() throws SQLException {
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
    }

    /** It goes on existing, and does nothing. */
    void freeze() throws IOException {
        signal("STOP", processes());
    }

    void thaw() throws IOException {
        signal("CONT", processes());
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Returns once a query was answered. */
    void awaitAnswer() {
        Await.until(this::answers);
    }

    private boolean answers() {
        try {
            execute("SELECT 1");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** The postmaster, and then those that it has made, the youngest last. */
    private List<ProcessHandle> processes() throws IOException {
        long postmaster = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        ProcessHandle parent = ProcessHandle.of(postmaster).orElseThrow();
        return Stream.concat(Stream.of(parent), parent.children().sorted()).toList();
    }

    private static void signal(String signal, List<ProcessHandle> processes) throws IOException {
        String pids =
                processes.stream().map(process -> Long.toString(process.pid())).collect(Collectors.joining(" "));
        try {
            // The shell's own, as there may be no other.
            assertThat(new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pids)
                            .inheritIO()
                            .start()
                            .waitFor())
                    .isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
