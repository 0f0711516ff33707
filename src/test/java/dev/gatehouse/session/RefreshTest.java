package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Await;
import dev.gatehouse.Locks;
import dev.gatehouse.MutableClock;
import dev.gatehouse.Sql;
import dev.gatehouse.StatementLog;
import dev.gatehouse.key.RefreshKeys;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a refresh is judged, line by line in the order of judgement. Time passes by SQL that ages the row. */
@QuarkusTest
class RefreshTest {
    private static final String PASSWORD = "a long enough password";
    private static final int WEEK = 7 * 24 * 3600;

    @Inject
    Sql sql;

    @Inject
    MutableClock clock;

    @Inject
    RefreshKeys refreshKeys;

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);
    private Answer login = Answer.NONE;
    private String access = "";
    private String refresh = "";
    private UUID session = new UUID(0, 0);

    @BeforeEach
    void logIn() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        login = api.login(username, PASSWORD);
        access = login.token();
        refresh = login.refreshToken();
        session = login.session();
    }

    @AfterEach
    void tidyUp() {
        clock.reset();
        clients.shutdownNow();
    }

    @Test
    void aRefreshTokenMovesTheGenerationOnByOne() {
        Answer refreshed = api.refresh(refresh);
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(refreshed.header("Cache-Control")).isEqualTo("no-store");
        assertThat(refreshed.refreshToken()).isNotEqualTo(refresh);
        assertThat(refreshed.json().path("refresh_expires_in").asInt()).isEqualTo(WEEK);
        assertThat(refreshed.claims().path("gen").asLong()).isEqualTo(2);
        assertThat(refreshed.claims().path("sid").asText()).isEqualTo(session.toString());
        assertThat(row())
                .containsEntry("generation", 2L)
                .containsEntry("refresh_token_used", true)
                .containsEntry("ended_at", null);
        assertThat(api.call("POST", "/refresh_token")
                        .bearer(refreshed.refreshToken())
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void withinTheGraceTheTwoGenerationsLeftLastGetTheCurrentOneAndNoNewOne() {
        String second = api.refresh(refresh).refreshToken();
        String third = api.refresh(second).refreshToken();
        Map<String, @Nullable Object> before = row();
        for (String left : List.of(second, refresh, second, refresh)) {
            Answer answer = api.refresh(left);
            assertThat(answer.refreshToken()).isEqualTo(third);
            assertThat(answer.claims().path("gen").asLong()).isEqualTo(3);
        }
        assertThat(row()).isEqualTo(before);
        assertThat(api.refresh(third).status()).isEqualTo(200);
    }

    @Test
    void theGenerationBeforeThoseIsReuseHoweverRecentlyItWasLeft() {
        String second = api.refresh(refresh).refreshToken();
        String third = api.refresh(second).refreshToken();
        api.refresh(third);
        assertEndedByReuse(api.refresh(refresh));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aGenerationThatWasLeftTheGraceAgoIsReuse(int behind) {
        String second = api.refresh(refresh).refreshToken();
        String third = api.refresh(second).refreshToken();
        age(15);
        assertThat(api.refresh(behind == 1 ? second : refresh).refreshToken()).isEqualTo(third);
        age(15);
        assertEndedByReuse(api.refresh(behind == 1 ? second : refresh));
    }

    /** A holder of the key signs whatever generation it likes. The ends of the range must not overflow in SQL. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, 2, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void aGenerationThatWasNeverIssuedIsReuse(long generation) {
        LiveSession never = new LiveSession(
                session, username, generation, Instant.EPOCH, Instant.EPOCH, Duration.ZERO, Instant.EPOCH);
        assertEndedByReuse(api.refresh(RefreshTokens.issue(never, refreshKeys.current())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "created_at = 'infinity'",
                "created_at = '-infinity'",
                "absolute_limit = 'infinity'",
                "generation = 0",
                "generation = -1"
            })
    void noStatementOfAnOperatorMakesARowThatCannotBeRead(String change) {
        assertThatThrownBy(() -> sql.update("UPDATE session SET " + change + " WHERE id = ?", session))
                .hasMessageContaining("session_finite_check");
        assertThat(api.refresh(refresh).status()).isEqualTo(200);
    }

    @Test
    void reuseEndsTheSessionForTheHoldersOfItsNewerTokensToo() {
        Answer second = api.refresh(refresh);
        age(30);
        assertEndedByReuse(api.refresh(refresh));
        assertThat(api.refresh(second.refreshToken()).problem()).isEqualTo("session-ended");
        assertThat(api.refresh(second.token()).problem()).isEqualTo("session-ended");
        assertThat(api.secret(second.token()).problem()).isEqualTo("invalid-token");
        assertThat(api.sessions(second.token()).problem()).isEqualTo("invalid-token");
    }

    @Test
    void aReplayIsRefusedAgainWithinTheSameSecondAndByAReplicaWhoseClockIsSetBack() {
        api.refresh(refresh);
        age(30);
        assertEndedByReuse(api.refresh(refresh));
        assertEndedByReuse(api.refresh(refresh));
        clock.advance(Duration.ofHours(-1));
        assertEndedByReuse(api.refresh(refresh));
    }

    /** The order is that of the generations: a clock that is wrong makes no difference, in either direction. */
    @ParameterizedTest
    @ValueSource(ints = {-3600, 3600})
    void noReplicasClockDecidesWhatIsReuse(int seconds) {
        clock.advance(Duration.ofSeconds(seconds));
        String second = api.refresh(refresh).refreshToken();
        assertThat(api.refresh(refresh).refreshToken()).isEqualTo(second);
        age(30);
        assertEndedByReuse(api.refresh(refresh));
    }

    @Test
    void anAccessTokenRefreshesTheSeedsWayAndNeverBecomesARefreshToken() {
        Answer second = api.refresh(access);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.json().has("refresh_token")).isFalse();
        assertThat(second.json().has("refresh_expires_in")).isFalse();
        assertThat(second.claims().path("gen").asLong()).isEqualTo(2);
        Answer inGrace = api.refresh(access);
        assertThat(inGrace.json().has("refresh_token")).isFalse();
        assertThat(inGrace.claims().path("gen").asLong()).isEqualTo(2);
        assertThat(row()).containsEntry("refresh_token_used", false).containsEntry("generation", 2L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anAccessTokenOfAGenerationThatWasLeftTheGraceAgoIsReuse(int behind) {
        String second = api.refresh(access).token();
        if (behind == 2) {
            api.refresh(second);
        }
        age(30);
        assertEndedByReuse(api.refresh(access));
    }

    @Test
    void onceARefreshTokenWasUsedACurrentAccessTokenIsRefusedAndTheSessionLives() {
        Answer second = api.refresh(refresh);
        Map<String, @Nullable Object> before = row();
        assertThat(api.refresh(second.token()).problem()).isEqualTo("invalid-token");
        assertThat(api.refresh(access).problem()).isEqualTo("invalid-token");
        assertThat(row()).isEqualTo(before);
        assertThat(api.refresh(second.refreshToken()).status()).isEqualTo(200);
    }

    @Test
    void anAnswerOutOfTheGraceCountsAsAUseOfTheRefreshToken() {
        Answer second = api.refresh(access);
        assertThat(api.refresh(refresh).status()).isEqualTo(200);
        assertThat(row()).containsEntry("refresh_token_used", true).containsEntry("generation", 2L);
        assertThat(api.refresh(second.token()).problem()).isEqualTo("invalid-token");
    }

    @Test
    void anAccessTokenOfAnOlderGenerationIsReuseAlsoAfterAUseOfTheRefreshToken() {
        api.refresh(refresh);
        age(30);
        assertEndedByReuse(api.refresh(access));
    }

    @Test
    void beyondTheWindowAnAccessTokenChangesNothingWhateverItsSessionIs() {
        api.refresh(access);
        age(30);
        clock.advance(Duration.ofHours(25));
        Map<String, @Nullable Object> before = row();
        assertThat(api.refresh(access).problem()).isEqualTo("token-expired");
        assertThat(row()).isEqualTo(before);
        sql.update("DELETE FROM session WHERE id = ?", session);
        assertThat(api.refresh(access).problem()).isEqualTo("token-expired");
    }

    @Test
    void aRefreshTokenKnowsNoWindow() {
        clock.advance(Duration.ofDays(6));
        assertThat(api.refresh(refresh).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM session WHERE id = ?",
                "UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = 'operator'"
                        + " WHERE id = ?",
                "UPDATE session SET idle_limit = clock_timestamp() WHERE id = ?",
                "UPDATE session SET absolute_limit = clock_timestamp() WHERE id = ?",
                "DELETE FROM account WHERE id = (SELECT account_id FROM session WHERE id = ?)"
            })
    void withoutALiveSessionNothingIsRefreshedWhateverTheCredential(String end) {
        String second = api.refresh(refresh).refreshToken();
        age(30);
        sql.update(end, session);
        for (String credential : List.of(refresh, second, access)) {
            Answer answer = api.refresh(credential);
            assertThat(answer.problem()).isEqualTo("session-ended");
            assertThat(answer.json().path("detail").asText()).isEqualTo("Session ended");
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
            assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        }
        assertThat(reuses()).isZero();
    }

    @Test
    void aRefreshNeitherWaitsForTheAccountsRowNorLocksIt() throws SQLException {
        try (Connection operator = sql.open()) {
            operator.setAutoCommit(false);
            Sql.update(
                    operator,
                    "UPDATE account SET created_at = created_at WHERE id = (SELECT account_id FROM session WHERE id = ?)",
                    session);
            String second = api.refresh(refresh).refreshToken();
            assertThat(api.refresh(refresh).refreshToken()).isEqualTo(second);
            age(30);
            assertEndedByReuse(api.refresh(refresh));
        }
    }

    /** A rule of the database that makes every change of the row void stands for changes that never stop. */
    @Test
    void aRefreshThatNoStatementDecidesEndsAfterThreeRounds() {
        sql.update("CREATE FUNCTION skip_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
        sql.update("CREATE TRIGGER skip_change BEFORE UPDATE ON session FOR EACH ROW WHEN (OLD.id = '" + session
                + "') EXECUTE FUNCTION skip_change()");
        List<Answer> answers = new ArrayList<>();
        try {
            List<String> statements = StatementLog.during(() -> answers.add(api.refresh(refresh)));
            assertThat(statements).hasSize(15);
        } finally {
            sql.update("DROP FUNCTION skip_change() CASCADE");
        }
        assertThat(answers.getFirst().problem()).isEqualTo("overloaded");
        assertThat(answers.getFirst().header("Retry-After")).isEqualTo("1");
        assertThat(api.refresh(refresh).claims().path("gen").asLong()).isEqualTo(2);
    }

    @Test
    void justBeforeALimitASessionIsStillRefreshedAndTokensEndWithIt() {
        sql.update(
                "UPDATE session SET absolute_limit = clock_timestamp() + interval '100 seconds' WHERE id = ?", session);
        long limit = sql.number(
                "SELECT floor(extract(epoch FROM absolute_limit))::bigint FROM session WHERE id = ?", session);
        Answer refreshed = api.refresh(refresh);
        assertThat(refreshed.json().path("refresh_expires_in").asInt()).isBetween(80, 100);
        assertThat(refreshed.json().path("expires_in").asInt()).isBetween(80, 100);
        assertThat(refreshed.claims().path("exp").asLong()).isEqualTo(limit);
    }

    @Test
    void aRefreshMovesTheIdleLimitAndNeitherTheAbsoluteLimitNorTheTimeOfAuthentication() {
        sql.update(
                "UPDATE session SET created_at = created_at - interval '6 days',"
                        + " last_used_at = last_used_at - interval '6 days', idle_limit = idle_limit - interval '6 days',"
                        + " absolute_limit = absolute_limit - interval '6 days' WHERE id = ?",
                session);
        Map<String, @Nullable Object> before = row();
        Answer refreshed = api.refresh(refresh);
        assertThat(refreshed.json().path("refresh_expires_in").asInt()).isEqualTo(WEEK);
        assertThat(row())
                .containsEntry("absolute_limit", before.get("absolute_limit"))
                .containsEntry("created_at", before.get("created_at"));
        assertThat(sql.number(
                        "SELECT round(extract(epoch FROM idle_limit - last_used_at))::bigint FROM session WHERE id = ?",
                        session))
                .isEqualTo(WEEK);
        assertThat(login.claims().path("auth_time").asLong()
                        - refreshed.claims().path("auth_time").asLong())
                .isEqualTo(6 * 24 * 3600);
    }

    @Test
    void aGenerationThatTheRowHasNotReachedEndsTheSession() {
        String second = api.refresh(refresh).refreshToken();
        sql.update("UPDATE session SET generation = 1 WHERE id = ?", session);
        assertEndedByReuse(api.refresh(second));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGenerationThatWasLeftNobodyKnowsWhenWasLeftLongAgo(boolean withAccessToken) {
        sql.update("UPDATE session SET generation = 2, refresh_token_used = true WHERE id = ?", session);
        assertEndedByReuse(api.refresh(withAccessToken ? access : refresh));
    }

    @Test
    void noKindOfTokenIsTakenForTheOther() {
        assertThat(api.secret(refresh).problem()).isEqualTo("invalid-token");
        assertThat(api.sessions(refresh).problem()).isEqualTo("invalid-token");
        assertThat(api.call("GET", "/account").bearer(refresh).send().problem()).isEqualTo("invalid-token");
    }

    @Test
    void ofManyRefreshesAtOnceOneMovesTheGenerationAndAllSucceed() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Answer>> racing = new ArrayList<>();
        for (int n = 0; n < 64; n++) {
            racing.add(clients.submit(() -> {
                start.await();
                return api.refresh(refresh);
            }));
        }
        start.countDown();
        for (Future<Answer> one : racing) {
            Answer answer = one.get(60, TimeUnit.SECONDS);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.claims().path("gen").asLong()).isEqualTo(2);
        }
        assertThat(row()).containsEntry("generation", 2L).containsEntry("ended_at", null);
    }

    @Test
    void aRefreshThatWaitedForAnotherIsJudgedByWhatThatCommitted() throws Exception {
        Answer waited = Locks.callWhile(
                sql,
                "UPDATE session SET generation = 2, previous_left_at = clock_timestamp(), refresh_token_used = true WHERE id = ?",
                () -> api.refresh(refresh),
                session);
        assertThat(waited.claims().path("gen").asLong()).isEqualTo(2);
        assertThat(row()).containsEntry("generation", 2L);
    }

    @Test
    void aRefreshThatWaitedForALogoutIsRefused() throws Exception {
        Answer waited = Locks.callWhile(
                sql,
                "UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = 'logout'"
                        + " WHERE id = ?",
                () -> api.refresh(refresh),
                session);
        assertThat(waited.problem()).isEqualTo("session-ended");
        assertThat(row()).containsEntry("generation", 1L);
    }

    @Test
    void aClientWhoseAnswerWasLostGetsAWorkingPairWhenItAsksAgain() throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            String request =
                    "GET /refresh_token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + refresh + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            Await.until(() -> sql.number("SELECT generation FROM session WHERE id = ?", session) > 1);
        }
        Answer again = api.refresh(refresh);
        assertThat(api.secret(again.token()).status()).isEqualTo(200);
        assertThat(api.refresh(again.refreshToken()).claims().path("gen").asLong())
                .isEqualTo(3);
    }

    private void assertEndedByReuse(Answer answer) {
        assertThat(answer.problem()).isEqualTo("session-ended");
        assertThat(row()).containsEntry("end_reason", "reuse");
        assertThat(reuses()).isEqualTo(1);
    }

    private long reuses() {
        return sql.number("SELECT count(*) FROM audit_event WHERE event = 'refresh_reuse' AND session_id = ?", session);
    }

    private Map<String, @Nullable Object> row() {
        return sql.rows("SELECT * FROM session WHERE id = ?", session).getFirst();
    }

    /** Lets time pass between the exchanges so far and the next one. */
    private void age(int seconds) {
        sql.update(
                "UPDATE session SET previous_left_at = previous_left_at - make_interval(secs => ?),"
                        + " before_previous_left_at = before_previous_left_at - make_interval(secs => ?) WHERE id = ?",
                (double) seconds,
                (double) seconds,
                session);
    }
}
