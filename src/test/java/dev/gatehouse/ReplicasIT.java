package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two packaged processes on one Postgres, of which one listens for notifications and the other only polls. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicasIT {
    private static final String PASSWORD = "a long enough password";
    private static final String NEW_PASSWORD = "another long password";
    private static final String KEY = "the-key-of-this-round-";
    private static final String NO_KEY = "";
    private static final int PARALLEL = 64;
    /** A short form; docs/CONTRIBUTING.md has the command for two hundred. */
    private static final int ROUNDS = Integer.getInteger("rounds", 20);

    private static final Duration BOUND = Duration.ofSeconds(2);

    private final String url = TestPostgres.newDatabase();
    private final Sql sql = Sql.of(url);
    private final ExecutorService clients = Executors.newFixedThreadPool(PARALLEL);
    private List<PackagedService> replicas = List.of();

    @BeforeAll
    void start() {
        replicas = start("PT30S");
    }

    private List<PackagedService> start(String grace) {
        return Stream.of("true", "false")
                .parallel()
                .map(listen -> PackagedService.ready(url, environment(listen, grace)))
                .toList();
    }

    /** The one that polls has a pool of one connection; on a machine that is busy elsewhere 32 calls may wait for it. */
    private static Map<String, String> environment(String listen, String grace) {
        return Map.of(
                "GATEHOUSE_PASSWORD_COST",
                "4",
                "GATEHOUSE_SESSION_LISTEN",
                listen,
                "GATEHOUSE_SESSION_GRACE",
                grace,
                "QUARKUS_DATASOURCE_JDBC_MAX_SIZE",
                listen.equals("true") ? "20" : "1",
                "QUARKUS_DATASOURCE_JDBC_ACQUISITION_TIMEOUT",
                "10s",
                "QUARKUS_LOG_CATEGORY__DEV_GATEHOUSE__LEVEL",
                "DEBUG");
    }

    @AfterAll
    void stop() {
        clients.shutdownNow();
        replicas.forEach(PackagedService::close);
    }

    private Api listening() {
        return replicas.getFirst().api();
    }

    private Api polling() {
        return replicas.getLast().api();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofManyRefreshesAtOnceAllSucceedAndOneMovesTheGenerationRoundForRound(boolean withKey) throws Exception {
        Answer login = newLogin(listening());
        UUID session = login.session();
        String refreshToken = login.refreshToken();
        for (int round = 1; round <= ROUNDS; round++) {
            List<Answer> answers = refreshAtOnce(replicas, refreshToken, withKey ? KEY + round : NO_KEY);
            assertThat(answers)
                    .as("round " + round)
                    .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
            assertThat(answers.stream().map(Answer::refreshToken).distinct()).hasSize(1);
            assertThat(sql.number("SELECT generation FROM session WHERE id = ?", session))
                    .isEqualTo(round + 1);
            refreshToken = answers.getFirst().refreshToken();
        }
        assertThat(sql.number("SELECT count(*) FROM session WHERE id = ? AND ended_at IS NULL", session))
                .isEqualTo(1);
    }

    @Test
    void withoutAGraceOneOfManyRefreshesWinsAndTheSessionEnds() throws Exception {
        List<PackagedService> strict = start("PT0S");
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                Answer login = newLogin(strict.getFirst().api());
                List<Answer> answers = refreshAtOnce(strict, login.refreshToken(), NO_KEY);
                assertThat(answers.stream().filter(answer -> answer.status() == 200))
                        .as("round " + round)
                        .hasSize(1);
                assertThat(answers.stream().filter(answer -> answer.problem().equals("session-ended")))
                        .hasSize(PARALLEL - 1);
                assertThat(sql.text("SELECT end_reason FROM session WHERE id = ?", login.session()))
                        .isEqualTo("reuse");
                assertThat(sql.number(
                                "SELECT count(*) FROM audit_event WHERE event = 'refresh_reuse' AND session_id = ?",
                                login.session()))
                        .isEqualTo(1);
            }
        } finally {
            strict.forEach(PackagedService::close);
        }
    }

    /** The same with a key: each of them repeats the exchange of the first, and together they count once. */
    @Test
    void withoutAGraceManyRefreshesWithOneKeyAllSucceedAndCountOnce() throws Exception {
        List<PackagedService> strict = start("PT0S");
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                Answer login = newLogin(strict.getFirst().api());
                List<Answer> answers = refreshAtOnce(strict, login.refreshToken(), KEY + round);
                assertThat(answers)
                        .as("round " + round)
                        .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
                assertThat(answers.stream().map(Answer::refreshToken).distinct())
                        .hasSize(1);
                assertThat(sql.number(
                                "SELECT count(*) FROM audit_event WHERE event = 'refresh_repeated' AND session_id = ?",
                                login.session()))
                        .isEqualTo(1);
            }
        } finally {
            strict.forEach(PackagedService::close);
        }
    }

    /** At the bound of 100 sessions, where each login ends another session. */
    @Test
    void openingAndEndingSessionsOfOneAccountAtOnceDoesNotDeadlock() throws Exception {
        Answer login = newLogin(listening());
        String username = login.claims().path("sub").asText();
        for (int round = 1; round <= ROUNDS; round++) {
            String token = listening().login(username, PASSWORD).token();
            sql.update(
                    "INSERT INTO session (id, account_id, subject, created_at, last_used_at, idle_limit, absolute_limit,"
                            + " sweep_at) SELECT gen_random_uuid(), account_id, subject, created_at,"
                            + " last_used_at - make_interval(secs => random() * 1000), idle_limit, absolute_limit, sweep_at"
                            + " FROM session, generate_series(1, 104) WHERE id = ?",
                    listening().login(username, PASSWORD).session());
            List<Callable<Answer>> calls = new ArrayList<>();
            for (int n = 0; n < PARALLEL / 4; n++) {
                Api api = replicas.get(n % 2).api();
                calls.add(() -> Api.patiently(() -> api.login(username, PASSWORD)));
                if (n % 4 == 0) {
                    calls.add(() -> Api.patiently(
                            () -> api.call("DELETE", "/sessions").bearer(token).send()));
                }
            }
            for (Future<Answer> answer : clients.invokeAll(calls, 60, TimeUnit.SECONDS)) {
                assertThat(answer.get().status()).as("round " + round).isIn(200, 204, 401);
            }
            assertThat(sql.number("SELECT count(*) FROM session WHERE subject = ? AND ended_at IS NULL", username))
                    .isLessThanOrEqualTo(100);
        }
        for (PackagedService replica : replicas) {
            assertThat(replica.log()).doesNotContain("deadlock", "40P01");
        }
        assertThat(sql.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
                .isZero();
    }

    @Test
    void aLogoutIsSeenByTheOtherReplicaWithinTwoSecondsWhetherItListensOrPolls() {
        assertSeenInTime(polling(), listening());
        assertSeenInTime(listening(), polling());
    }

    @Test
    void aLogoutIsSeenWithinTwoSecondsAlsoWhenTheListenersConnectionIsCut() {
        String listener = " FROM pg_stat_activity WHERE datname = current_database()"
                + " AND application_name = 'gatehouse-ended-sessions-listening'";
        for (int n = 0; n < 3; n++) {
            Await.until(() -> sql.number("SELECT count(*)" + listener) == 1);
            Answer login = newLogin(polling());
            sql.rows("SELECT pg_terminate_backend(pid)" + listener);
            assertSeenInTime(login, polling(), listening());
        }
    }

    @Test
    void whatNobodyNeedsIsRemovedWithoutBeingAsked() {
        UUID session = UUID.randomUUID();
        sql.update(
                "INSERT INTO session (id, account_id, created_at, last_used_at, idle_limit, absolute_limit, sweep_at)"
                        + " VALUES (?, gen_random_uuid(), now(), now(), now(), now(), now())",
                session);
        Await.until(() -> sql.number("SELECT count(*) FROM session WHERE id = ?", session) == 0);
    }

    @Test
    void afterALogoutNoReplicaRefreshesAndEachTakesTheLogoutAgain() {
        Answer login = newLogin(listening());
        listening().logOut(login.token());
        for (Api replica : List.of(polling(), listening())) {
            assertThat(replica.refresh(login.refreshToken()).problem()).isEqualTo("session-ended");
            assertThat(replica.refresh(login.token()).problem()).isEqualTo("session-ended");
            assertThat(replica.sessions(login.token()).problem()).isEqualTo("invalid-token");
            assertThat(replica.logOut(login.refreshToken()).status()).isEqualTo(204);
        }
    }

    /** Of everything that the tests of this class have done, and of a walk through the calls that take a password. */
    @Test
    void nothingThatIsKeptOrLoggedRefreshesOrAuthenticates() {
        Answer login = newLogin(listening());
        listening().refresh(login.refreshToken(), KEY + "kept");
        listening().refresh(login.refreshToken(), "not a " + KEY);
        listening().refresh("garbage" + login.token());
        listening().login(PASSWORD.replace(' ', '-'), "somebody");
        listening().changePassword(login.token(), NEW_PASSWORD, PASSWORD);
        Answer changed = listening().changePassword(login.token(), PASSWORD, NEW_PASSWORD);
        listening().deleteAccount(changed.token(), NEW_PASSWORD);
        listening().call("POST", "/sessions/" + login.token()).send();
        String metrics = replicas.getFirst()
                .management()
                .call("GET", "/q/metrics")
                .send()
                .text();
        String kept = sql.rows("SELECT CAST(session AS text) FROM session UNION ALL"
                        + " SELECT CAST(audit_event AS text) FROM audit_event")
                .toString();
        for (String text : List.of(
                metrics, kept, replicas.getFirst().log(), replicas.getLast().log())) {
            assertThat(text)
                    .doesNotContain("eyJ", "$2b$", PASSWORD, PASSWORD.replace(' ', '-'), NEW_PASSWORD)
                    .doesNotContain(PackagedService.SECRET, KEY)
                    .doesNotContainPattern("[A-Za-z0-9_-]{84}");
        }
        assertThat(kept).contains("login_failed");
        assertThat(replicas.getFirst().log()).contains("refresh=rotated", "\"event\":\"password_refused\"");
    }

    private static void assertSeenInTime(Api one, Api other) {
        for (int n = 0; n < 5; n++) {
            assertSeenInTime(newLogin(one), one, other);
        }
    }

    /** Logs out at one replica and asks the other until it refuses the access token. */
    private static void assertSeenInTime(Answer login, Api one, Api other) {
        assertThat(other.secret(login.token()).status()).isEqualTo(200);
        assertThat(one.logOut(login.token()).status()).isEqualTo(204);
        long ended = System.nanoTime();
        assertThat(one.secret(login.token()).problem()).isEqualTo("invalid-token");
        while (other.secret(login.token()).status() == 200) {
            assertThat(System.nanoTime() - ended).isLessThan(BOUND.toNanos());
        }
    }

    private List<Answer> refreshAtOnce(List<PackagedService> services, String refreshToken, String key)
            throws Exception {
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int n = 0; n < PARALLEL; n++) {
            Api api = services.get(n % services.size()).api();
            calls.add(() -> Api.patiently(
                    () -> key.equals(NO_KEY) ? api.refresh(refreshToken) : api.refresh(refreshToken, key)));
        }
        List<Answer> answers = new ArrayList<>();
        for (Future<Answer> answer : clients.invokeAll(calls, 60, TimeUnit.SECONDS)) {
            answers.add(answer.get());
        }
        return answers;
    }

    private static Answer newLogin(Api api) {
        String username = "user-" + UUID.randomUUID();
        api.signUp(username, PASSWORD);
        return api.login(username, PASSWORD);
    }
}
