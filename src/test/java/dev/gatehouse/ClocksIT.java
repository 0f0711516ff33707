package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The package under libfaketime, which sets its wall clock while it runs, and on a database whose clock is set. */
@Tag("tools")
class ClocksIT {
    private static final String PASSWORD = "a long enough password";
    private static final int PARALLEL = 64;
    private static final int ROUNDS = Integer.getInteger("rounds", 20);

    /** A function before the server's own on the search path, by which all statements of the service take the time. */
    private static final List<String> SETTABLE_CLOCK = List.of(
            "CREATE SCHEMA clock",
            "CREATE TABLE clock.step (ahead interval NOT NULL)",
            "INSERT INTO clock.step VALUES ('0')",
            "CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
                    + " 'SELECT pg_catalog.clock_timestamp() + (SELECT ahead FROM clock.step)'",
            "ALTER DATABASE postgres SET search_path = public, clock, pg_catalog");

    @TempDir
    Path folder;

    private final String username = "sponge";

    @BeforeEach
    void assumeTheLibraryIsThere() throws IOException {
        Tools.assumePresent("libfaketime", library().isPresent());
    }

    private static Optional<Path> library() throws IOException {
        Path libraries = Path.of("/usr/lib");
        try (Stream<Path> folders = Files.list(libraries)) {
            return folders.map(one -> one.resolve("faketime/libfaketime.so.1"))
                    .filter(Files::exists)
                    .findFirst();
        }
    }

    /** A package whose wall clock differs from the machine's by what its file says. */
    private final class Replica implements AutoCloseable {
        private final Path step;
        private final PackagedService service;

        Replica(String url, String initialStep) throws IOException {
            step = Files.createTempFile(folder, "step", "");
            setClock(initialStep);
            Map<String, String> environment = new HashMap<>(Map.of(
                    "GATEHOUSE_PASSWORD_COST", "4",
                    "LD_PRELOAD", library().orElseThrow().toString(),
                    "FAKETIME_TIMESTAMP_FILE", step.toString(),
                    "FAKETIME_NO_CACHE", "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                    "FAKETIME_FORCE_MONOTONIC_FIX", "0", // Otherwise each timed wait of the JVM returns at once.
                    "NO_FAKE_STAT", "1")); // The JVM compares the times of the package's files with those in its cache.
            service = PackagedService.ready(url, environment);
        }

        /** Sets the clock to a step against the machine's, such as {@code -10m}. */
        void setClock(String to) throws IOException {
            Path next = Files.createTempFile(folder, "next", "");
            Files.writeString(next, to);
            Files.move(next, step, StandardCopyOption.ATOMIC_MOVE);
        }

        Api api() {
            return service.api();
        }

        int statusOfSecret(Answer login) {
            return api().secret(login.token()).status();
        }

        /** The difference of the clocks in seconds, as the gauge shows it. */
        double difference() {
            return service.management()
                    .call("GET", "/q/metrics")
                    .send()
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("gatehouse_clock_difference_seconds"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow();
        }

        long warnings() {
            return service.log()
                    .lines()
                    .filter(line -> line.contains(" WARN ") && line.contains("clock="))
                    .count();
        }

        @Override
        public void close() {
            service.close();
        }
    }

    private Answer logIn(Api api) {
        assertThat(Api.patiently(() -> api.signUp(username, PASSWORD)).status()).isEqualTo(201);
        Answer login = Api.patiently(() -> api.login(username, PASSWORD));
        assertThat(login.status()).as(login.text()).isEqualTo(200);
        return login;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-90s", "-10m", "-2h"})
    void whileItsClockIsSetBackAReplicaAsksTheDatabase(String step) throws IOException {
        String url = TestPostgres.newDatabase();
        Sql sql = Sql.of(url);
        try (Replica replica = new Replica(url, step)) {
            Answer gone = logIn(replica.api());
            Answer live = replica.api().login(username, PASSWORD);
            sql.update("DELETE FROM session WHERE id = ?", gone.session());
            assertThat(replica.statusOfSecret(gone)).as("started behind").isEqualTo(401);
            assertThat(replica.statusOfSecret(live)).isEqualTo(200);
            assertThat(replica.warnings()).isEqualTo(1);

            replica.setClock("+0");
            if (!step.equals("-2h")) { // By the right clock the tokens have not expired.
                assertThat(replica.statusOfSecret(gone))
                        .as("as without a query")
                        .isEqualTo(200);
            }
            Await.until(() -> Math.abs(replica.difference()) < 1);

            replica.setClock(step);
            assertThat(replica.statusOfSecret(gone))
                    .as("set back, remembered as verified")
                    .isEqualTo(401);
            assertThat(replica.statusOfSecret(live)).isEqualTo(200);
            assertThat(replica.api().verify(gone.token()).status()).isEqualTo(401);
            Await.until(() -> replica.difference() < -60);
            assertThat(replica.service
                            .management()
                            .call("GET", "/q/health/ready")
                            .send()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aSessionThatListAndTableHaveForgottenStaysEnded() throws IOException {
        String url = TestPostgres.newDatabase();
        Sql sql = Sql.of(url);
        try (Replica replica = new Replica(url, "-3h")) {
            Answer ended = logIn(replica.api());
            replica.api().logOut(ended.token());
            sql.update("DELETE FROM session WHERE id = ?", ended.session());
            replica.setClock("+0");
            sql.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND application_name LIKE 'gatehouse-ended-sessions%'"); // So it reads all anew and forgets.
            Await.until(() -> metric(replica, "gatehouse_ended_sessions ") == 0);
            assertThat(replica.statusOfSecret(ended)).isEqualTo(401);
            replica.setClock("-170m");
            assertThat(replica.statusOfSecret(ended)).isEqualTo(401);
        }
    }

    private static double metric(Replica replica, String name) {
        return replica.service
                .management()
                .call("GET", "/q/metrics")
                .send()
                .text()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElse(-1);
    }

    @Test
    void aClockThatIsAheadIssuesTokensUntilTheyWouldExpireBeforeTheirIssue() throws IOException {
        String url = TestPostgres.newDatabase();
        Sql sql = Sql.of(url);
        try (Replica replica = new Replica(url, "+0")) {
            Answer login = logIn(replica.api());
            replica.setClock("+1h");
            Answer ahead = replica.api().login(username, PASSWORD);
            assertThat(replica.statusOfSecret(ahead)).isEqualTo(200);
            assertThat(replica.api().refresh(login.refreshToken()).status()).isEqualTo(200);

            replica.setClock("+40d");
            long sessions = sql.number("SELECT count(*) FROM session");
            assertThat(replica.api().login(username, PASSWORD).problem()).isEqualTo("starting");
            assertThat(replica.api().refresh(ahead.refreshToken()).problem()).isEqualTo("starting");
            assertThat(replica.api().call("GET", "/notsecret").send().status()).isEqualTo(200);
            assertThat(sql.number("SELECT count(*) FROM session")).isEqualTo(sessions);
            assertThat(sql.number("SELECT generation FROM session WHERE id = ?", ahead.session()))
                    .isEqualTo(1);
            replica.service.awaitLog("clock=ahead");
            replica.service.awaitLog("token=refused reason=");
            assertThat(replica.warnings()).isEqualTo(1);

            replica.setClock("+0");
            assertThat(replica.api().refresh(ahead.refreshToken()).status()).isEqualTo(200);
            assertThat(replica.api().login(username, PASSWORD).status()).isEqualTo(200);
            replica.service.awaitLog("clock=right");
        }
    }

    @Test
    void whileTheDatabaseIsAwayTheStepOfTheClockStillCounts() throws IOException {
        try (FaultyPostgres postgres = new FaultyPostgres();
                Replica replica = new Replica(postgres.url(), "-5m")) {
            Answer live = logIn(replica.api());
            replica.setClock("+0");
            Await.until(() -> Math.abs(replica.difference()) < 1);
            postgres.stop();
            assertThat(replica.statusOfSecret(live)).as("right, away").isEqualTo(200);
            replica.setClock("-3m");
            assertThat(replica.api().secret(live.token()).problem()).isEqualTo("database-unavailable");
            replica.service.awaitLog("clock=behind");
            replica.setClock("+0");
            assertThat(replica.statusOfSecret(live)).as("right again, away").isEqualTo(200);
            replica.setClock("-3m");
            assertThat(replica.statusOfSecret(live)).isEqualTo(503);
            postgres.start();
            Await.until(() -> replica.statusOfSecret(live) == 200);
        }
    }

    @Test
    void aServerAfterAFailoverWhoseClockIsAnHourAheadForgetsNoEnd() throws Exception {
        try (FaultyPostgres postgres = new FaultyPostgres();
                Replica replica = onASettableClock(postgres)) {
            Answer ended = logIn(replica.api());
            Answer live = replica.api().login(username, PASSWORD);
            assertThat(replica.api().logOut(ended.token()).status()).isEqualTo(204);
            failOver(postgres, "1 hour");
            Await.until(() -> replica.difference() < -3500);
            assertThat(replica.statusOfSecret(live)).isEqualTo(200);
            assertThat(replica.statusOfSecret(ended)).isEqualTo(401);
            replica.service.awaitLog("clock=behind");
            failOver(postgres, "0");
            Await.until(() -> Math.abs(replica.difference()) < 1);
            try (Replica fresh = new Replica(postgres.url(), "+0")) {
                assertThat(fresh.statusOfSecret(ended)).isEqualTo(401);
                assertThat(fresh.statusOfSecret(live)).isEqualTo(200);
            }
        }
    }

    @Test
    void anEndOnAServerWhoseClockIsAnHourBehindIsKeptOnceThatIsRight() throws Exception {
        try (FaultyPostgres postgres = new FaultyPostgres();
                Replica replica = onASettableClock(postgres)) {
            Answer ended = logIn(replica.api());
            failOver(postgres, "-1 hour");
            Await.until(() -> replica.difference() > 3500);
            assertThat(replica.api().logOut(ended.token()).status()).isEqualTo(204);
            failOver(postgres, "0");
            Await.until(() -> Math.abs(replica.difference()) < 1);
            Sql sql = Sql.of(postgres.url());
            sql.update("UPDATE session SET sweep_at = clock_timestamp()");
            Await.until(() -> sql.number("SELECT count(*) FROM session WHERE sweep_at < clock_timestamp()") == 0);
            try (Replica fresh = new Replica(postgres.url(), "+0")) {
                assertThat(fresh.statusOfSecret(ended)).isEqualTo(401);
            }
        }
    }

    private Replica onASettableClock(FaultyPostgres postgres) throws IOException {
        Sql sql = Sql.of(postgres.url());
        SETTABLE_CLOCK.forEach(sql::update);
        return new Replica(postgres.url(), "+0");
    }

    /** Kills the server and starts it again with another clock. */
    private static void failOver(FaultyPostgres postgres, String ahead) throws IOException, SQLException {
        Sql.of(postgres.url()).update("UPDATE clock.step SET ahead = CAST(? AS interval)", ahead);
        postgres.kill();
        postgres.start();
    }

    /** Parallel refreshes of one token, half of them at a replica whose clock jumps, give one new generation a round. */
    @Test
    void aStormHoldsWithAReplicaWhoseClockJumps() throws Exception {
        String url = TestPostgres.newDatabase();
        try (Replica jumping = new Replica(url, "+0");
                Replica steady = new Replica(url, "+0");
                ExecutorService clients = Executors.newFixedThreadPool(PARALLEL)) {
            String token = logIn(steady.api()).refreshToken();
            List<String> steps = List.of("+0", "-10m", "+1h", "-2h", "+40s");
            for (int round = 0; round < ROUNDS; round++) {
                jumping.setClock(steps.get(round % steps.size()));
                String presented = token;
                List<Callable<Answer>> calls = IntStream.range(0, PARALLEL)
                        .<Callable<Answer>>mapToObj(n -> () -> Api.patiently(
                                () -> (n % 2 == 0 ? jumping : steady).api().refresh(presented)))
                        .toList();
                for (Future<Answer> call : clients.invokeAll(calls)) {
                    Answer answer = call.get();
                    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                    assertThat(answer.claims().path("gen").asLong()).isEqualTo(round + 2L);
                    token = answer.refreshToken();
                }
            }
        }
    }
}
