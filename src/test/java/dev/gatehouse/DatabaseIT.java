package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A database that is there and cannot be used, or not as it was before, and the packaged service in front of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseIT {
    private static final String PASSWORD = "a long enough password";

    private final FaultyPostgres postgres = new FaultyPostgres();
    private final Sql sql = Sql.of(postgres.url());
    private final Path passwordFile = postgres.data().resolveSibling("password");
    private final String host = postgres.url().replaceAll("/postgres\\?.*", "");
    private PackagedService service = start();

    DatabaseIT() throws IOException, SQLException {}

    /** As a role of its own that needs a password. */
    private PackagedService start() throws IOException, SQLException {
        sql.update("CREATE ROLE gatehouse LOGIN PASSWORD 'one'");
        sql.update("CREATE DATABASE gatehouse OWNER gatehouse");
        Path access = postgres.data().resolve("pg_hba.conf");
        String trusting = Files.readString(access);
        Files.writeString(
                access,
                "host all gatehouse 127.0.0.1/32 scram-sha-256\nhost all gatehouse ::1/128 scram-sha-256\n" + trusting);
        postgres.execute("SELECT pg_reload_conf()");
        Files.writeString(passwordFile, "one\n");
        return PackagedService.ready(
                host + "/gatehouse",
                Map.of(
                        "QUARKUS_DATASOURCE_USERNAME", "gatehouse",
                        "GATEHOUSE_DATABASE_PASSWORD_FILE", passwordFile.toString(),
                        "GATEHOUSE_PASSWORD_COST", "4"));
    }

    @BeforeAll
    void signUp() {
        assertThat(service.api().signUp("somebody", PASSWORD).status()).isEqualTo(201);
    }

    @AfterAll
    void stop() throws IOException {
        service.close();
        postgres.close();
    }

    @BeforeEach
    void awaitReady() {
        await(this::isReady);
    }

    private void await(BooleanSupplier condition) {
        Await.until(condition, service::log);
    }

    private boolean isReady() {
        return service.management().call("GET", "/q/health/ready").send().status() == 200;
    }

    private boolean isServing() {
        return service.management()
                        .call("GET", "/q/health/group/serving")
                        .send()
                        .status()
                == 200;
    }

    private Answer login() {
        return service.api().login("somebody", PASSWORD);
    }

    private void assertUnavailable(Answer answer) {
        assertThat(answer.problem()).isEqualTo("database-unavailable");
        assertThat(answer.header("Retry-After")).matches("\\d+");
    }

    @Test
    void aPasswordThatChangesInItsFileIsReadAgain() throws Exception {
        String token = login().token();
        sql.update("ALTER ROLE gatehouse PASSWORD 'two'");
        postgres.terminateConnections();
        await(() -> !isReady());
        assertUnavailable(login());
        assertThat(isServing()).isTrue();
        assertWhatNeedsNoDatabaseGoesOn(token);
        service.awaitLog("password authentication failed");
        Files.delete(passwordFile);
        assertUnavailable(login());
        service.awaitLog("NoSuchFileException");
        Files.writeString(passwordFile, "two");
        await(this::isReady);
        assertThat(login().status()).isEqualTo(200);
    }

    private void assertWhatNeedsNoDatabaseGoesOn(String token) {
        assertThat(service.api().secret(token).status()).isEqualTo(200);
        assertThat(service.api().verify(token).status()).isEqualTo(204);
        assertThat(service.api().call("GET", "/.well-known/jwks.json").send().status())
                .isEqualTo(200);
        assertThat(service.api().call("GET", "/notsecret").send().status()).isEqualTo(200);
        assertUnavailable(service.api().refresh(token));
        assertUnavailable(service.api().logOut(token));
        assertUnavailable(service.api().signUp("another", PASSWORD));
        assertThat(service.api().refresh("garbage").problem()).isEqualTo("invalid-token");
        assertThat(service.api().logOut("garbage").problem()).isEqualTo("invalid-token");
    }

    /** As a server is that was the primary until another took over. */
    @Test
    void aServerThatOnlyReadsIsOfNoUse() throws Exception {
        String token = login().token();
        sql.update("ALTER DATABASE gatehouse SET default_transaction_read_only = on");
        postgres.terminateConnections();
        await(() -> !isReady());
        assertUnavailable(login());
        assertUnavailable(service.api().refresh(token));
        assertThat(service.api().secret(token).status()).isEqualTo(200);
        sql.update("ALTER DATABASE gatehouse SET default_transaction_read_only = off");
        await(this::isReady);
        assertThat(login().status()).isEqualTo(200);
    }

    /** The probe shares no lock with a call. */
    @Test
    void whoWaitsForALockIsToldAndTheRestGoesOn() throws Exception {
        String token = login().token();
        try (Connection operator = Sql.of(host + "/gatehouse?user=postgres").open()) {
            operator.setAutoCommit(false);
            Sql.update(operator, "LOCK TABLE account, session, throttle_bucket IN ACCESS EXCLUSIVE MODE");
            assertUnavailable(login());
            assertUnavailable(service.api().refresh(token));
            assertUnavailable(service.api().sessions(token));
            assertThat(isReady()).isTrue();
            assertThat(service.api().secret(token).status()).isEqualTo(200);
        }
        assertThat(login().status()).isEqualTo(200);
    }

    /** Its transactions run on connections that are not the service's own, and change from one to the next. */
    @Test
    @Tag("tools")
    void itWorksBehindAPoolerOfTransactions() throws Exception {
        Tools.assumePresent("pgbouncer", Tools.succeeds("pgbouncer", "--version"));
        sql.update("CREATE DATABASE pooled");
        int port = Tools.freePort();
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "pgbouncer");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path users = Files.writeString(folder.resolve("users"), "\"postgres\" \"\"\n");
        Path settings = Files.writeString(
                folder.resolve("pgbouncer.ini"),
                OperationsDocument.block("ini", "[databases]")
                                .replace("db.example", "127.0.0.1")
                                .replace("5432", host.replaceAll(".*:", ""))
                                .replace("dbname=gatehouse", "dbname=pooled")
                        + "listen_addr = 127.0.0.1\nlisten_port = " + port
                        + "\nunix_socket_dir =\nauth_type = trust\nauth_file = " + users + "\n");
        List<String> command = new ArrayList<>(List.of("pgbouncer", settings.toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(1, List.of("-u", "nobody")); // It does not run as root.
        }
        Process pooler = new ProcessBuilder(command).inheritIO().start();
        try {
            Tools.awaitPort(port);
            useThroughPooler("jdbc:postgresql://localhost:" + port + "/gatehouse?user=postgres&prepareThreshold=0");
        } finally {
            pooler.destroy();
        }
    }

    private static void useThroughPooler(String url) {
        try (PackagedService pooled = PackagedService.ready(
                url, Map.of("GATEHOUSE_PASSWORD_COST", "4", "GATEHOUSE_SESSION_LISTEN", "false"))) {
            Api api = pooled.api();
            assertThat(api.signUp("pooled", PASSWORD).status()).isEqualTo(201);
            List<Integer> logins = IntStream.range(0, 100)
                    .parallel()
                    .mapToObj(n -> api.login("pooled", PASSWORD).status())
                    .toList();
            assertThat(logins).containsOnly(200);
            Answer login = api.login("pooled", PASSWORD);
            assertThat(api.refresh(login.refreshToken()).status()).isEqualTo(200);
            assertThat(api.login("pooled", "wrong").status()).isEqualTo(401);
            assertThat(api.changePassword(login.token(), PASSWORD, "another long password")
                            .status())
                    .isEqualTo(200);
            assertThat(api.sessions(login.token()).status()).isEqualTo(401);
            assertThat(pooled.log()).doesNotContain("WARN  [dev.gatehouse.database", "ERROR");
        }
    }
}
