package dev.gatehouse.development;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Zonky's Postgres binaries, unpacked into a folder of the user's and run as a child of this JVM. */
public class EmbeddedDatabaseServer implements DatabaseServer {
    private static final Logger LOG = Logger.getLogger(EmbeddedDatabaseServer.class);

    /** Beside the project's sources, so that {@code clean} leaves it; git ignores it. */
    private static final Path KEPT_DATA = Path.of(".postgres");

    /** The line of {@code postmaster.pid} that has the port. */
    private static final int PORT_LINE = 3;

    @Override
    public String start(boolean keepsData) throws IOException {
        Path data = keepsData ? KEPT_DATA.toAbsolutePath() : Files.createTempDirectory("gatehouse-postgres");
        Optional<String> running = keepsData ? running(data) : Optional.empty();
        if (running.isPresent()) {
            LOG.infof("postgres=found data=%s", data);
            return running.get();
        }
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(!keepsData)
                .setOverrideWorkingDirectory(unpackedBinaries().toFile())
                .start();
        LOG.infof("postgres=started port=%d data=%s", server.getPort(), data);
        return url(server.getPort());
    }

    /** A folder a user: another's could not be written to. */
    private static Path unpackedBinaries() {
        return Path.of(System.getProperty("java.io.tmpdir"), "gatehouse-" + System.getProperty("user.name"));
    }

    /** The server that still runs on this data because its JVM was killed, or because another dev mode uses it. */
    private static Optional<String> running(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(pidFile);
        if (lines.size() <= PORT_LINE) {
            return Optional.empty();
        }
        String url = url(Integer.parseInt(lines.get(PORT_LINE).strip()));
        try (Connection connection = DriverManager.getConnection(url)) {
            return connection.isValid(1) ? Optional.of(url) : Optional.empty();
        } catch (SQLException e) {
            return Optional.empty(); // A file that a crash left behind; Postgres clears it away itself.
        }
    }

    private static String url(int port) {
        return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
    }
}
