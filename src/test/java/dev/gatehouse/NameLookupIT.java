package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database's name disappears, as the name of a stopped container does, or leads elsewhere; then it is back. */
class NameLookupIT {
    private static final String NAME = "database.test";

    private static final String NOBODY_LISTENS = "127.0.0.9";

    /** What docs/operations.md promises. */
    private static final Duration RECOVERY = Duration.ofSeconds(3);

    @TempDir
    private Path folder;

    @BeforeEach
    void aJvm() {
        assumeThat(System.getProperty("packaged.executable", ""))
                .as("a file in place of the DNS is a property of the JVM")
                .isEmpty();
    }

    @Test
    void theServiceIsReadyWithin3SecondsAfterItsDatabasesNameIsBack() throws Exception {
        Path hosts = Files.writeString(folder.resolve("hosts"), "");
        try (FaultyPostgres postgres = new FaultyPostgres();
                PackagedService service = started(postgres, hosts)) {
            service.awaitLog("UnknownHostException");
            resolve(hosts, "127.0.0.1");
            service.awaitReady(); // Not measured: it also migrates.
            resolve(hosts, "");
            awaitFault(service, postgres, "UnknownHostException", 2);
            assertReadyInTime(service, hosts);
            resolve(hosts, NOBODY_LISTENS);
            awaitFault(service, postgres, "ConnectException", 1);
            assertReadyInTime(service, hosts);
        }
    }

    private static PackagedService started(FaultyPostgres postgres, Path hosts) {
        return PackagedService.listening(Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL",
                postgres.url().replace("localhost", NAME),
                "JDK_JAVA_OPTIONS",
                "-Djdk.net.hosts.file=" + hosts));
    }

    private static void resolve(Path hosts, String address) throws IOException {
        Files.writeString(hosts, address.isEmpty() ? "" : address + " " + NAME + "\n");
    }

    /** Breaks connections until the service has to look its database up and logs what it found. */
    private static void awaitFault(PackagedService service, FaultyPostgres postgres, String fault, long times) {
        Await.until(
                () -> {
                    terminateConnections(postgres);
                    return service.log()
                                    .lines()
                                    .filter(line -> line.contains(fault))
                                    .count()
                            == times;
                },
                service::log);
    }

    private static void terminateConnections(FaultyPostgres postgres) {
        try {
            postgres.terminateConnections();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertReadyInTime(PackagedService service, Path hosts) throws IOException {
        resolve(hosts, "127.0.0.1");
        long back = System.nanoTime();
        service.awaitReady();
        Duration recovery = Duration.ofNanos(System.nanoTime() - back);
        System.out.println("ready again after " + recovery.toMillis() + " ms");
        assertThat(recovery).as(service.log()).isLessThan(RECOVERY);
    }
}
