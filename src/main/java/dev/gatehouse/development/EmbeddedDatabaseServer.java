package dev.gatehouse.development;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.TimeZone;
import org.jboss.logging.Logger;

/** Zonky's Postgres, from binaries of the Maven repository, run as a child of this JVM. */
public class EmbeddedDatabaseServer implements DatabaseServer {
    private static final Logger LOG = Logger.getLogger(EmbeddedDatabaseServer.class);

    /** The line of {@code postmaster.pid} that has the port. */
    private static final int PORT_LINE = 3;

    @Override
    public String start(Optional<Path> keptData) throws IOException {
        // These binaries know fewer zones than the JVM; the driver asks for the JVM's and would be refused.
        TimeZone.setDefault(TimeZone.getTimeZone("GMT"));
        if (keptData.isEmpty()) {
            return started(builder());
        }
        Path data = keptData.get();
        Optional<String> running = running(data);
        if (running.isPresent()) {
            LOG.infof("postgres=found data=%s", data);
            return running.get();
        }
        return started(builder().setDataDirectory(data).setCleanDataDirectory(false));
    }

    private static String started(EmbeddedPostgres.Builder builder) throws IOException {
        EmbeddedPostgres server = builder.start();
        LOG.infof("postgres=started port=%d", server.getPort());
        return url(server.getPort());
    }

    /**
     * A server in the making, with its binaries unpacked below the user's home. Not in the shared folder for temporary
     * files, where zonky would put them and which it opens to everybody: who can write there could have us run another
     * program. The folder above is the user's alone.
     */
    public static EmbeddedPostgres.Builder builder() throws IOException {
        Path ours = Path.of(System.getProperty("user.home"), ".cache", "gatehouse");
        Path binaries = ours.resolve("postgres");
        Files.createDirectories(binaries);
        boolean closed = ours.toFile().setExecutable(false, false);
        if (!closed || !ours.toFile().setExecutable(true, true)) {
            LOG.debugf("postgres_binaries=%s access=unchanged", ours); // A file system without such rights.
        }
        return EmbeddedPostgres.builder().setOverrideWorkingDirectory(binaries.toFile());
    }

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
        return servesFrom(data, url) ? Optional.of(url) : Optional.empty();
    }

    /** A crash leaves the file behind, and another server may have the port by now. */
    private static boolean servesFrom(Path data, String url) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SHOW data_directory")) {
            return result.next() && Path.of(result.getString(1)).equals(data);
        } catch (SQLException e) {
            return false;
        }
    }

    private static String url(int port) {
        return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
    }
}
