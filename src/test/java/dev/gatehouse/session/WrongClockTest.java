package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.MutableClock;
import dev.gatehouse.Sql;
import dev.gatehouse.StatementLog;
import dev.gatehouse.lifecycle.TestSweeper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replica whose clock differs from the database's. To the replica it is the same whether its own clock is wrong or the other. */
@QuarkusTest
class WrongClockTest {
    private static final String PASSWORD = "a long enough password";
    private static final String NEW_PASSWORD = "another long password";

    @Inject
    MutableClock clock;

    @Inject
    Sql sql;

    @Inject
    TestSweeper sweeper;

    @Inject
    EndedSessions endedSessions;

    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void signUp() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
    }

    @AfterEach
    void setTheClockRight() {
        clock.reset();
    }

    /** The session ended long ago: neither the list nor the table knows it any more. */
    @ParameterizedTest
    @ValueSource(strings = {"PT-61S", "PT-90S", "PT-10M", "PT-2H", "PT-240H"})
    void aClockThatIsSetBackAcceptsNoAccessTokenOfAForgottenSession(String step) {
        clock.advance(Duration.parse(step).minus(Duration.ofMinutes(40)));
        Answer login = api.login(username, PASSWORD);
        api.logOut(login.token());
        forget(login.session());
        clock.advance(Duration.ofMinutes(15)); // So the access token is valid by this clock.
        clock.advance(Duration.ofMinutes(-10));
        assertThat(api.secret(login.token()).problem()).isEqualTo("invalid-token");
        assertThat(api.verify(login.token()).problem()).isEqualTo("invalid-token");
    }

    @Test
    void aTokenThatWasVerifiedBeforeIsRefusedLikewise() {
        Answer login = logInTenMinutesAgo();
        assertThat(api.secret(login.token()).status()).isEqualTo(200);
        api.logOut(login.token());
        forget(login.session());
        clock.advance(Duration.ofMinutes(-3));
        assertThat(api.secret(login.token()).status()).isEqualTo(401);
    }

    @Test
    void onlyWhileTheClockIsBehindDoesACheckCostAQuery() {
        Answer login = logInTenMinutesAgo();
        assertThat(statementsOfACheck(login)).isEmpty();
        clock.advance(Duration.ofMinutes(-2));
        assertThat(statementsOfACheck(login)).hasSize(1);
        clock.advance(Duration.ofMinutes(62));
        Answer ahead = api.login(username, PASSWORD);
        assertThat(statementsOfACheck(ahead)).isEmpty();
        clock.reset();
        assertThat(statementsOfACheck(login)).isEmpty();
    }

    @Test
    void whileTheClockIsBehindASessionBeyondALimitHasEnded() {
        for (String limit : List.of("absolute_limit", "idle_limit")) {
            Answer login = logInTenMinutesAgo();
            sql.update(
                    "UPDATE session SET " + limit + " = clock_timestamp() - interval '1 second' WHERE id = ?",
                    login.session());
            clock.advance(Duration.ofMinutes(-2));
            assertThat(api.secret(login.token()).status()).as(limit).isEqualTo(401);
            clock.reset();
        }
    }

    /** Otherwise its end would leave no row from which the other replicas learn of it. */
    @Test
    void anIdleSessionIsKeptWhileATokenOfAClockThatIsAheadCanBeAccepted() {
        clock.advance(Duration.ofHours(2));
        Answer login = api.login(username, PASSWORD);
        clock.reset();
        sql.update(
                "UPDATE session SET idle_limit = clock_timestamp() - interval '1 second',"
                        + " sweep_at = clock_timestamp() - interval '1 second' WHERE id = ?",
                login.session());
        sweeper.sweep();
        assertThat(exists(login.session())).isTrue();
        assertThat(api.logOut(login.refreshToken()).status()).isEqualTo(204);
        assertThat(sql.text("SELECT end_reason FROM session WHERE id = ?", login.session()))
                .isEqualTo("logout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT61S", "PT1H", "PT240H"})
    void aSessionIsRememberedWhileTokensOfAClockThatIsAheadCanBeAccepted(String step) {
        clock.advance(Duration.parse(step));
        Answer login = api.login(username, PASSWORD);
        assertThat(api.secret(login.token()).status()).isEqualTo(200);
        clock.reset();
        assertThat(api.logOut(login.refreshToken()).status()).isEqualTo(204);
        letTimePassInTheTable(login.session(), Duration.parse(step).plus(Duration.ofMinutes(33)));
        sweeper.sweep();
        assertThat(exists(login.session())).isTrue();
        letTimePassInTheTable(login.session(), Duration.ofSeconds(10));
        sweeper.sweep();
        assertThat(exists(login.session())).isFalse();
    }

    @Test
    void aRefreshByAClockThatIsAheadIsRememberedAsWell() {
        Answer login = api.login(username, PASSWORD);
        assertThat(noted(login)).isEqualTo("null");
        clock.advance(Duration.ofHours(2));
        Answer refreshed = api.refresh(login.refreshToken());
        assertThat(refreshed.status()).isEqualTo(200);
        String noted = noted(login);
        assertThat(noted).isNotEqualTo("null");
        clock.advance(Duration.ofHours(1));
        Answer within =
                api.refresh(login.refreshToken()); // Answered within the grace, which changes nothing else in the row.
        assertThat(within.claims().path("gen").asLong()).isEqualTo(2);
        assertThat(noted(login)).isGreaterThan(noted);
        clock.advance(Duration.ofHours(-2));
        api.refresh(within.refreshToken());
        assertThat(sql.text(
                        "SELECT tokens_until > clock_timestamp() + interval '3 hours' FROM session WHERE id = ?",
                        login.session()))
                .isEqualTo("true");
    }

    /** To a replica whose clock is right, a database whose clock is behind looks like a clock of its own that is ahead. */
    @Test
    void anEndThatADatabaseBehindHasStampedIsRememberedByTheReplicasClock() {
        Answer login = api.login(username, PASSWORD);
        clock.advance(Duration.ofHours(1));
        assertThat(api.logOut(login.refreshToken()).status()).isEqualTo(204);
        clock.reset();
        letTimePassInTheTable(login.session(), Duration.ofMinutes(90));
        sweeper.sweep();
        assertThat(exists(login.session())).isTrue();
        letTimePassInTheTable(login.session(), Duration.ofMinutes(4));
        sweeper.sweep();
        assertThat(exists(login.session())).isFalse();
    }

    /** To a replica whose clock is right, a database whose clock is ahead looks like a clock of its own that is behind. */
    @Test
    void aDatabaseWhoseClockIsAheadSweepsNoSessionEarly() {
        Answer ended = api.login(username, PASSWORD);
        api.logOut(ended.token());
        letTimePassInTheTable(ended.session(), Duration.ofMinutes(50));
        clock.advance(Duration.ofMinutes(-30));
        sweeper.sweep();
        assertThat(exists(ended.session())).isTrue();
        clock.reset();
        sweeper.sweep();
        assertThat(exists(ended.session())).isFalse();
    }

    @Test
    void noTokenIsIssuedThatWouldExpireBeforeItsIssueAndNothingIsCommitted() {
        Answer login = api.login(username, PASSWORD);
        clock.advance(Duration.ofDays(40));
        List<?> before = everything();
        assertThat(api.login(username, PASSWORD).problem()).isEqualTo("starting");
        assertThat(api.login(username, PASSWORD).header("Retry-After")).isNotBlank();
        assertThat(api.refresh(login.refreshToken()).problem()).isEqualTo("starting");
        assertThat(api.call("GET", "/refresh_token")
                        .bearer(login.refreshToken())
                        .send()
                        .status())
                .isEqualTo(503);
        assertThat(everything()).isEqualTo(before);
        clock.reset();
        assertThat(api.refresh(login.refreshToken()).claims().path("gen").asLong())
                .isEqualTo(2);
        assertThat(api.login(username, PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void noPasswordIsChangedIfTheTokenOfTheNewSessionCannotBeIssued() {
        Answer login = api.login(username, PASSWORD);
        // The access token is valid by this clock for its last minutes, and new ones are not.
        sql.update(
                "UPDATE session SET absolute_limit = absolute_limit + interval '100 days' WHERE id = ?",
                login.session());
        clock.advance(Duration.ofDays(40));
        String token = api.refresh(login.refreshToken()).token();
        assertThat(api.changePassword(token, PASSWORD, NEW_PASSWORD).problem()).isEqualTo("starting");
        clock.reset();
        assertThat(api.login(username, NEW_PASSWORD).status()).isEqualTo(401);
        assertThat(api.login(username, PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void inTheLastSecondsOfASessionARefreshIsRefusedAsEnded() {
        Answer login = api.login(username, PASSWORD);
        sql.update(
                "UPDATE session SET absolute_limit = clock_timestamp() + interval '30 seconds' WHERE id = ?",
                login.session());
        clock.advance(Duration.ofSeconds(31));
        assertThat(api.refresh(login.refreshToken()).problem()).isEqualTo("session-ended");
        assertThat(api.refresh(login.token()).problem()).isEqualTo("session-ended");
        assertThat(sql.number("SELECT generation FROM session WHERE id = ?", login.session()))
                .isEqualTo(1);
        clock.advance(Duration.ofHours(1)); // A clock that is far ahead changes nothing about that.
        assertThat(api.refresh(login.refreshToken()).problem()).isEqualTo("session-ended");
        clock.reset();
        Answer last = api.refresh(login.refreshToken());
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.json().path("expires_in").asLong()).isBetween(1L, 30L);
    }

    /** Returns the tokens of a login whose {@code iat} is ten minutes ago. */
    private Answer logInTenMinutesAgo() {
        clock.advance(Duration.ofMinutes(-10));
        Answer login = api.login(username, PASSWORD);
        clock.reset();
        return login;
    }

    private List<String> statementsOfACheck(Answer login) {
        AtomicReference<Answer> answer = new AtomicReference<>(Answer.NONE);
        List<String> statements = StatementLog.during(() -> answer.set(api.secret(login.token())));
        assertThat(answer.get().status()).isEqualTo(200);
        return statements;
    }

    /** Leaves nothing of an ended session, as if the time for which it is remembered were over. */
    private void forget(UUID session) {
        sql.update("DELETE FROM session WHERE id = ?", session);
        clock.advance(Duration.ofDays(1));
        endedSessions.take(List.of());
        clock.advance(Duration.ofDays(-1));
        assertThat(endedSessions.contains(session)).isFalse();
    }

    private void letTimePassInTheTable(UUID session, Duration time) {
        sql.update(
                "UPDATE session SET ended_at = ended_at - CAST(? AS interval), sweep_at = sweep_at - CAST(? AS interval),"
                        + " tokens_until = tokens_until - CAST(? AS interval) WHERE id = ?",
                time.toString(),
                time.toString(),
                time.toString(),
                session);
    }

    private boolean exists(UUID session) {
        return sql.number("SELECT count(*) FROM session WHERE id = ?", session) == 1;
    }

    private String noted(Answer login) {
        return sql.text("SELECT tokens_until FROM session WHERE id = ?", login.session());
    }

    /** Every session of the account and every event of its audit. */
    private List<?> everything() {
        return List.of(
                sql.rows("SELECT * FROM session WHERE subject = ? ORDER BY id", username),
                sql.rows(
                        "SELECT event FROM audit_event WHERE account_id = (SELECT id FROM account WHERE username = ?)"
                                + " ORDER BY id",
                        username));
    }
}
