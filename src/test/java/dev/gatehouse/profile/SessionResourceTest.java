package dev.gatehouse.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Locks;
import dev.gatehouse.MutableClock;
import dev.gatehouse.Sql;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looking at sessions and ending them. */
@QuarkusTest
class SessionResourceTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    Sql sql;

    @Inject
    MutableClock clock;

    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void signUp() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
    }

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    @Test
    void theListHasEveryLiveSessionTheOneUsedLastFirstAndMarksTheCallers() {
        Answer first = logIn();
        Answer second = logIn();
        Answer third = logIn();
        api.refresh(first.refreshToken());
        api.logOut(third.token());
        Answer list = api.sessions(second.token());
        assertThat(list.status()).isEqualTo(200);
        assertThat(list.json().findValuesAsText("id"))
                .containsExactly(first.session().toString(), second.session().toString());
        assertThat(list.json().findValuesAsText("current")).containsExactly("false", "true");
        JsonNode one = list.json().get(1);
        assertThat(one.fieldNames())
                .toIterable()
                .containsExactly("id", "created_at", "last_used_at", "expires_at", "user_agent", "address", "current");
        assertThat(one.path("created_at").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
        assertThat(Duration.between(
                        Instant.parse(one.path("last_used_at").asText()),
                        Instant.parse(one.path("expires_at").asText())))
                .isEqualTo(Duration.ofDays(7));
        assertThat(one.path("address").asText()).isIn("127.0.0.1", "::1");
    }

    @Test
    void theListShowsTheUserAgentCutAndWithoutControlCharacters() {
        String agent = "Mozilla\t(x) " + "y".repeat(300);
        Answer login = api.call("POST", "/login")
                .header("User-Agent", agent)
                .json(Api.credentials(username, PASSWORD))
                .send();
        assertThat(api.sessions(login.token()).json().get(0).path("user_agent").asText())
                .isEqualTo(("Mozilla(x) " + "y".repeat(300)).substring(0, 256));
    }

    @Test
    void theListHasNobodyElsesSessions() {
        String other = "user-" + UUID.randomUUID();
        api.signUp(other, PASSWORD);
        api.login(other, PASSWORD);
        assertThat(api.sessions(logIn().token()).json()).hasSize(1);
    }

    @Test
    void oneSessionCanBeEndedFromAnother() {
        Answer first = logIn();
        Answer second = logIn();
        assertThat(delete("/sessions/" + first.session(), second).status()).isEqualTo(204);
        assertThat(api.secret(first.token()).problem()).isEqualTo("invalid-token");
        assertThat(api.refresh(first.refreshToken()).problem()).isEqualTo("session-ended");
        assertThat(api.secret(second.token()).status()).isEqualTo(200);
        assertThat(delete("/sessions/" + first.session(), second).problem()).isEqualTo("not-found");
        assertThat(delete("/sessions/" + second.session(), second).status()).isEqualTo(204);
        assertThat(api.secret(second.token()).problem()).isEqualTo("invalid-token");
    }

    @Test
    void anothersSessionAndWhatIsNoIdAreNotFound() {
        String other = "user-" + UUID.randomUUID();
        api.signUp(other, PASSWORD);
        Answer others = api.login(other, PASSWORD);
        Answer mine = logIn();
        for (String id : List.of(
                others.session().toString(),
                UUID.randomUUID().toString(),
                mine.session().toString().replace("-", ""),
                "1-1-1-1-1",
                "x",
                "%20",
                "'",
                "a%2Fb",
                "%00")) {
            Answer answer = delete("/sessions/" + id, mine);
            assertThat(answer.status()).as(id).isEqualTo(404);
            assertThat(answer.problem()).as(id).isEqualTo("not-found");
        }
        assertThat(api.secret(others.token()).status()).isEqualTo(200);
        assertThat(api.secret(mine.token()).status()).isEqualTo(200);
    }

    /** RFC 9562, 4, and RFC 3986, 2.3. */
    @Test
    void anIdIsReadInEitherCaseAndPercentEncoded() {
        Answer caller = logIn();
        String upper = logIn().session().toString().toUpperCase(Locale.ROOT);
        assertThat(delete("/sessions/" + upper, caller).status()).isEqualTo(204);
        String encoded = logIn().session().toString().replace("-", "%2d");
        assertThat(delete("/sessions/" + encoded, caller).status()).isEqualTo(204);
    }

    @Test
    void aParameterOfASegmentIsNoPartOfAnId() {
        Answer caller = logIn();
        UUID other = logIn().session();
        for (String end : List.of(";a=b", ";", "%3Ba=b", "%20", "%00")) {
            assertThat(delete("/sessions/" + other + end, caller).problem())
                    .as(end)
                    .isEqualTo("not-found");
        }
        assertThat(delete("/sessions;a=b/" + other, caller).problem()).isEqualTo("not-found");
        assertThat(delete("/sessions/" + other, caller).status()).isEqualTo(204);
    }

    @Test
    void allSessionsCanBeEndedAtOnce() {
        Answer first = logIn();
        Answer second = logIn();
        assertThat(delete("/sessions", first).status()).isEqualTo(204);
        for (Answer one : List.of(first, second)) {
            assertThat(api.secret(one.token()).problem()).isEqualTo("invalid-token");
            assertThat(api.refresh(one.refreshToken()).problem()).isEqualTo("session-ended");
            assertThat(delete("/sessions", one).problem()).isEqualTo("invalid-token");
        }
    }

    @Test
    void whoseSessionHasEndedOrIsBeyondALimitSeesAndEndsNothing() {
        for (String end : List.of(
                "UPDATE session SET idle_limit = clock_timestamp() WHERE id = ?",
                "UPDATE session SET absolute_limit = clock_timestamp() WHERE id = ?",
                "DELETE FROM session WHERE id = ?")) {
            Answer live = logIn();
            Answer dead = logIn();
            sql.update(end, dead.session());
            assertThat(api.sessions(dead.token()).problem()).isEqualTo("invalid-token");
            assertThat(delete("/sessions/" + live.session(), dead).problem()).isEqualTo("invalid-token");
            assertThat(delete("/sessions", dead).problem()).isEqualTo("invalid-token");
            assertThat(api.sessions(live.token()).json().findValuesAsText("id"))
                    .contains(live.session().toString())
                    .doesNotContain(dead.session().toString());
            api.logOut(live.token());
        }
    }

    @Test
    void logoutTakesAnyTokenOfTheSessionAnyNumberOfTimes() {
        Answer login = logIn();
        Answer refreshed = api.refresh(login.refreshToken());
        clock.advance(Duration.ofDays(40));
        for (String token : List.of(
                login.token(), login.refreshToken(), refreshed.token(), refreshed.refreshToken(), login.token())) {
            Answer answer = api.logOut(token);
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.text()).isEmpty();
        }
        assertThat(sql.text("SELECT end_reason FROM session WHERE id = ?", login.session()))
                .isEqualTo("logout");
        assertThat(sql.number(
                        "SELECT count(*) FROM audit_event WHERE event = 'logout' AND session_id = ?", login.session()))
                .isEqualTo(1);
    }

    @Test
    void logoutTakesATokenWhoseSessionNobodyRemembers() {
        Answer login = logIn();
        sql.update("DELETE FROM session WHERE id = ?", login.session());
        assertThat(api.logOut(login.refreshToken()).status()).isEqualTo(204);
    }

    @Test
    void logoutWithoutATokenOrWithGarbageIs401() {
        Answer none = api.call("POST", "/logout").send();
        assertThat(none.problem()).isEqualTo("not-authenticated");
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer");
        Answer garbage = api.logOut("garbage");
        assertThat(garbage.problem()).isEqualTo("invalid-token");
        assertThat(garbage.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }

    @Test
    void anEndedSessionTellsNothingOfItsUserAnyMore() {
        Answer login = logIn();
        api.logOut(login.token());
        assertThat(sql.rows("SELECT subject, user_agent, address FROM session WHERE id = ?", login.session())
                        .getFirst()
                        .values())
                .containsOnlyNulls();
    }

    @Test
    void ofMoreThanAHundredSessionsTheOneUsedLongestAgoEnds() {
        List<Answer> logins = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            logins.add(logIn());
        }
        Answer oldest = api.refresh(logins.getFirst().refreshToken());
        Answer hundredAndFirst = logIn();
        assertThat(api.sessions(hundredAndFirst.token()).json()).hasSize(100);
        assertThat(api.secret(logins.get(1).token()).problem()).isEqualTo("invalid-token");
        assertThat(sql.text(
                        "SELECT end_reason FROM session WHERE id = ?",
                        logins.get(1).session()))
                .isEqualTo("displaced");
        assertThat(sql.number(
                        "SELECT count(*) FROM audit_event WHERE event = 'session_displaced' AND session_id = ?",
                        logins.get(1).session()))
                .isEqualTo(1);
        assertThat(api.secret(oldest.token()).status()).isEqualTo(200);
        assertThat(api.secret(logins.get(2).token()).status()).isEqualTo(200);
    }

    @Test
    void aSessionBeyondALimitPushesNoneOut() {
        Answer first = logIn();
        for (int n = 0; n < 98; n++) {
            logIn();
        }
        Answer expired = logIn();
        sql.update("UPDATE session SET absolute_limit = clock_timestamp() WHERE id = ?", expired.session());
        Answer hundredLive = logIn();
        assertThat(api.sessions(hundredLive.token()).json()).hasSize(100);
        assertThat(api.secret(first.token()).status()).isEqualTo(200);
    }

    @Test
    void aSessionThatEndsWhileItIsPushedOutKeepsItsReason() throws Exception {
        List<Answer> logins = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            logins.add(logIn());
        }
        UUID oldest = logins.getFirst().session();
        Answer login = Locks.callWhile(
                sql,
                "UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = 'reuse'"
                        + " WHERE id = ?",
                this::logIn,
                oldest);
        assertThat(login.status()).isEqualTo(200);
        assertThat(sql.text("SELECT end_reason FROM session WHERE id = ?", oldest))
                .isEqualTo("reuse");
        assertThat(sql.number(
                        "SELECT count(*) FROM audit_event WHERE session_id = ? AND event = 'session_displaced'",
                        oldest))
                .isZero();
    }

    /** A login holds the lock on the account's row while it opens a session. */
    @Test
    void endingAllSessionsWaitsForALoginAndEndsItsSession() throws Exception {
        Answer caller = logIn();
        UUID opened = UUID.randomUUID();
        Answer ended = endAllWhileALoginOpens(caller, opened, "SELECT 1");
        assertThat(ended.status()).isEqualTo(204);
        assertThat(sql.text("SELECT end_reason FROM session WHERE id = ?", opened))
                .isEqualTo("revoked");
        assertThat(sql.number(
                        "SELECT count(*) FROM audit_event WHERE session_id = ? AND event = 'session_revoked'", opened))
                .isEqualTo(1);
    }

    @Test
    void aCallerWhoseSessionEndsWhileTheAccountIsWaitedForEndsNothing() throws Exception {
        Answer caller = logIn();
        UUID opened = UUID.randomUUID();
        Answer ended = endAllWhileALoginOpens(
                caller,
                opened,
                "UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = 'logout'"
                        + " WHERE id = '" + caller.session() + "'");
        assertThat(ended.problem()).isEqualTo("invalid-token");
        assertThat(sql.number("SELECT count(*) FROM session WHERE id = ? AND ended_at IS NULL", opened))
                .isEqualTo(1);
    }

    /** Opens a session in another transaction as a login does, calls while it is open, and commits it after another statement. */
    private Answer endAllWhileALoginOpens(Answer caller, UUID opened, String lastStatement) throws Exception {
        ExecutorService client = Executors.newSingleThreadExecutor();
        try (Connection login = sql.open();
                Statement statement = login.createStatement()) {
            login.setAutoCommit(false);
            Sql.update(login, "UPDATE account SET created_at = created_at WHERE username = ?", username);
            Sql.update(
                    login,
                    "INSERT INTO session (id, account_id, subject, created_at, last_used_at, idle_limit, absolute_limit,"
                            + " sweep_at) SELECT ?, account_id, subject, created_at, last_used_at, idle_limit, absolute_limit,"
                            + " sweep_at FROM session WHERE id = ?",
                    opened,
                    caller.session());
            Future<Answer> ended = client.submit(() -> delete("/sessions", caller));
            Locks.awaitWaiterFor(login, sql, ended);
            statement.execute(lastStatement);
            login.commit();
            return ended.get(30, TimeUnit.SECONDS);
        } finally {
            client.shutdownNow();
        }
    }

    @Test
    void withoutAnAccountNoSessionIsLive() {
        Answer one = logIn();
        Answer other = logIn();
        sql.update("DELETE FROM account WHERE username = ?", username);
        assertThat(api.sessions(one.token()).problem()).isEqualTo("invalid-token");
        assertThat(delete("/sessions/" + other.session(), one).problem()).isEqualTo("invalid-token");
        assertThat(delete("/sessions", one).problem()).isEqualTo("invalid-token");
        assertThat(api.call("GET", "/account").bearer(one.token()).send().problem())
                .isEqualTo("invalid-token");
        assertThat(api.logOut(one.token()).status()).isEqualTo(204);
    }

    /** A call that waits for the row of the lowest id holds no other: so no two calls that end several wait for each other. */
    @ParameterizedTest
    @ValueSource(strings = {"displaced, lowest used last", "displaced, lowest used first", "all"})
    void severalSessionsAreLockedInTheOrderOfTheirIds(String act) throws Exception {
        Answer caller = logIn();
        UUID low = UUID.fromString(
                "00000000-0000-4000-8000-" + caller.session().toString().substring(24));
        UUID high = UUID.fromString(
                "ffffffff-ffff-4fff-bfff-" + caller.session().toString().substring(24));
        boolean lowFirst = act.endsWith("first");
        insertCopies(caller.session(), lowFirst ? low : high, lowFirst ? high : low);
        ExecutorService client = Executors.newSingleThreadExecutor();
        try (Connection holder = sql.open()) {
            holder.setAutoCommit(false);
            Sql.update(holder, "UPDATE session SET sweep_at = sweep_at WHERE id = ?", low);
            Future<Answer> waiting = client.submit(() -> act.equals("all") ? delete("/sessions", caller) : logIn());
            Locks.awaitWaiterFor(holder, sql, waiting);
            assertThat(sql.rows("SELECT id FROM session WHERE id = ? FOR UPDATE NOWAIT", high))
                    .hasSize(1);
            holder.commit();
            assertThat(waiting.get(30, TimeUnit.SECONDS).status()).isBetween(200, 204);
        } finally {
            client.shutdownNow();
        }
        assertThat(sql.number("SELECT count(*) FROM session WHERE id IN (?, ?) AND ended_at IS NOT NULL", low, high))
                .isEqualTo(2);
    }

    /** Sessions of the same account: two that were used long ago, and so many that a login displaces these two. */
    private void insertCopies(UUID session, UUID first, UUID second) {
        String insert =
                "INSERT INTO session (id, account_id, subject, created_at, last_used_at, idle_limit, absolute_limit,"
                        + " sweep_at) SELECT %s, account_id, subject, created_at, last_used_at - interval '%s', idle_limit,"
                        + " absolute_limit, sweep_at FROM session, generate_series(1, %s) WHERE id = ?";
        sql.update(insert.formatted("'" + first + "'", "2 hours", "1"), session);
        sql.update(insert.formatted("'" + second + "'", "1 hour", "1"), session);
        sql.update(insert.formatted("gen_random_uuid()", "1 minute", "98"), session);
    }

    private Answer logIn() {
        return api.login(username, PASSWORD);
    }

    private Answer delete(String path, Answer caller) {
        return api.call("DELETE", path).bearer(caller.token()).send();
    }
}
