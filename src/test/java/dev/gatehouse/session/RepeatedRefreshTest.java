package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Locks;
import dev.gatehouse.Sql;
import dev.gatehouse.StatementLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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

/** A refresh with an {@code Idempotency-Key} can be repeated after the grace. Time passes by SQL that ages the row. */
@QuarkusTest
class RepeatedRefreshTest {
    private static final String PASSWORD = "a long enough password";
    private static final String KEY = "0123456789abcdef";
    private static final String OTHER_KEY = "fedcba9876543210";
    private static final int GRACE = 30;

    /** As a release does it that does not know the columns for repeated exchanges. */
    private static final String EXCHANGE_OF_AN_OLDER_RELEASE = """
            UPDATE session SET generation = generation + 1, before_previous_left_at = previous_left_at,
                previous_left_at = clock_timestamp(), refresh_token_used = true, last_used_at = clock_timestamp()
            WHERE id = ?""";

    @Inject
    Sql sql;

    @Inject
    MeterRegistry meters;

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);
    private Answer login = Answer.NONE;
    private String first = "";
    private UUID session = new UUID(0, 0);

    @BeforeEach
    void logIn() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        login = api.login(username, PASSWORD);
        first = login.refreshToken();
        session = login.session();
    }

    @AfterEach
    void stop() {
        clients.shutdownNow();
    }

    @Test
    void theSameTokenAndKeyGetTheCurrentGenerationLongAfterTheGrace() {
        String second = api.refresh(first, KEY).refreshToken();
        age(5 * 24 * 3600);

        Answer repeated = api.refresh(first, KEY);

        assertThat(repeated.status()).isEqualTo(200);
        assertThat(repeated.refreshToken()).isEqualTo(second);
        assertThat(repeated.claims().path("gen").asLong()).isEqualTo(2);
        assertThat(repeated.header("Cache-Control")).isEqualTo("no-store");
        assertThat(api.secret(repeated.token()).status()).isEqualTo(200);
        assertThat(api.refresh(second).claims().path("gen").asLong()).isEqualTo(3);
    }

    @Test
    void aRepetitionMovesNoLimitAndNoGeneration() {
        api.refresh(first, KEY);
        age(GRACE);
        String uncounted = "SELECT to_jsonb(session) - 'repeats' - 'repeated_at' FROM session WHERE id = ?";
        String before = sql.text(uncounted, session);

        api.refresh(first, KEY);

        assertThat(row()).containsEntry("repeats", 1);
        assertThat(sql.text(uncounted, session)).isEqualTo(before);
    }

    @Test
    void withinTheGraceNothingIsCounted() {
        String second = api.refresh(first, KEY).refreshToken();
        String whole = "SELECT CAST(session AS text) FROM session WHERE id = ?";
        String before = sql.text(whole, session);
        for (String key : List.of(KEY, OTHER_KEY, KEY)) {
            assertThat(api.refresh(first, key).refreshToken()).isEqualTo(second);
        }
        assertThat(api.refresh(first).refreshToken()).isEqualTo(second);
        assertThat(sql.text(whole, session)).isEqualTo(before);
        assertThat(repetitions()).isZero();
    }

    @Test
    void anAnswerOutOfTheGraceStoresNoKey() {
        api.refresh(first, KEY);
        api.refresh(first, OTHER_KEY);
        age(GRACE);
        assertEndedByReuse(api.refresh(first, OTHER_KEY));
    }

    /** RFC 8941, 3.3.3: the quotes are no part of the key, and neither is a backslash that escapes. */
    @Test
    void aKeyIsTheSameBareAndAsAString() {
        String key = "0123456789\"ab\\cdef";
        String second = api.refresh(first, key).refreshToken();
        age(GRACE);
        String quoted = "\"0123456789\\\"ab\\\\cdef\"";
        assertThat(api.refresh(first, quoted).refreshToken()).isEqualTo(second);
    }

    @ParameterizedTest
    @ValueSource(strings = {OTHER_KEY, "0123456789ABCDEF", "0123456789abcdef0", "none"})
    void anyOtherKeyOrNoneIsReuse(String key) {
        api.refresh(first, KEY);
        age(GRACE);
        assertEndedByReuse(key.equals("none") ? api.refresh(first) : api.refresh(first, key));
    }

    @Test
    void anExchangeWithoutAKeyCannotBeRepeated() {
        api.refresh(first);
        age(GRACE);
        assertEndedByReuse(api.refresh(first, KEY));
    }

    @Test
    void anExchangeWithoutAKeyInBetweenForgetsTheKeyBefore() {
        String second = api.refresh(first, KEY).refreshToken();
        api.refresh(second);
        age(GRACE);
        assertEndedByReuse(api.refresh(second, KEY));
    }

    @Test
    void onlyTheLastExchangeCanBeRepeated() {
        String second = api.refresh(first, KEY).refreshToken();
        String third = api.refresh(second, KEY).refreshToken();
        age(GRACE);
        assertThat(api.refresh(second, KEY).refreshToken()).isEqualTo(third);
        assertEndedByReuse(api.refresh(first, KEY));
    }

    @Test
    void theKeyOfAnotherSessionIsNotThisOnes() {
        Answer other = api.login(username, PASSWORD);
        api.refresh(first, KEY);
        api.refresh(other.refreshToken(), OTHER_KEY);
        age(GRACE);
        assertThat(api.refresh(other.refreshToken(), OTHER_KEY).status()).isEqualTo(200);
        assertEndedByReuse(api.refresh(first, OTHER_KEY));
    }

    /** The hash is of the generation that was presented, so one that the older release leaves behind never matches. */
    @Test
    void anExchangeByAnOlderReleaseForgetsTheKeyBefore() {
        String second = api.refresh(first, KEY).refreshToken();
        sql.update(EXCHANGE_OF_AN_OLDER_RELEASE, session);
        age(GRACE);
        assertEndedByReuse(api.refresh(second, KEY));
    }

    @Test
    void anExchangeByAnOlderReleaseMakesTheTokenBeforeReuse() {
        api.refresh(first, KEY);
        sql.update(EXCHANGE_OF_AN_OLDER_RELEASE, session);
        age(GRACE);
        assertEndedByReuse(api.refresh(first, KEY));
    }

    @Test
    void whatAnOlderReleaseLeavesCountedDoesNotCountForTheNextExchange() {
        String second = api.refresh(first, KEY).refreshToken();
        age(GRACE);
        api.refresh(first, KEY);
        sql.update("UPDATE session SET repeats = 5 WHERE id = ?", session);
        sql.update(EXCHANGE_OF_AN_OLDER_RELEASE, session);
        String third = api.refresh(second).refreshToken();
        String fourth = api.refresh(third, KEY).refreshToken();
        age(GRACE);
        assertThat(api.refresh(third, KEY).refreshToken()).isEqualTo(fourth);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoeverComesAfterAThiefWithoutTheKeyIsNoticed(boolean thiefHasAKeyOfItsOwn) {
        Answer thiefs = thiefHasAKeyOfItsOwn ? api.refresh(first, OTHER_KEY) : api.refresh(first);
        age(GRACE);
        assertEndedByReuse(api.refresh(first, KEY));
        assertThat(api.refresh(thiefs.refreshToken()).problem()).isEqualTo("session-ended");
    }

    /** Both have the same tokens then, and meet at the next exchange. */
    @Test
    void aThiefWithTokenAndKeyIsNoticedAtTheNextExchange() {
        String thiefs = api.refresh(first, KEY).refreshToken();
        age(GRACE);
        String owners = api.refresh(first, KEY).refreshToken();
        assertThat(owners).isEqualTo(thiefs);
        assertThat(repetitions()).isEqualTo(1);
        api.refresh(owners, OTHER_KEY);
        age(GRACE);
        assertEndedByReuse(api.refresh(thiefs, KEY));
    }

    @Test
    void answersCountOnceAPeriodAndAfterFiveTheTokenIsReuse() {
        String second = api.refresh(first, KEY).refreshToken();
        age(GRACE);
        for (int counted = 1; counted <= 4; counted++) {
            for (int n = 0; n < 3; n++) {
                assertThat(api.refresh(first, KEY).refreshToken()).isEqualTo(second);
                assertThat(repetitions()).isEqualTo(counted);
            }
            age(GRACE);
        }
        assertThat(api.refresh(first, KEY).refreshToken()).isEqualTo(second);
        assertThat(repetitions()).isEqualTo(5);
        assertEndedByReuse(api.refresh(first, KEY));
        assertThat(repetitions()).isEqualTo(5);
        assertThat(api.refresh(second).problem()).isEqualTo("session-ended");
    }

    @Test
    void aPeriodIsOverAfterTheGrace() {
        api.refresh(first, KEY);
        age(GRACE);
        api.refresh(first, KEY);
        age(GRACE - 5);
        api.refresh(first, KEY);
        assertThat(repetitions()).isEqualTo(1);
        age(5);
        api.refresh(first, KEY);
        assertThat(repetitions()).isEqualTo(2);
    }

    @Test
    void theNextExchangeCountsAnew() {
        String second = api.refresh(first, KEY).refreshToken();
        age(GRACE);
        api.refresh(first, KEY);
        String third = api.refresh(second, KEY).refreshToken();
        assertThat(row()).containsEntry("repeats", 0).containsEntry("repeated_at", null);
        age(GRACE);
        assertThat(api.refresh(second, KEY).refreshToken()).isEqualTo(third);
        assertThat(repetitions()).isEqualTo(2);
    }

    /** As a change by hand leaves it. */
    @Test
    void anExchangeOfWhichNobodyKnowsWhenItWasIsRepeatedAndCounted() {
        api.refresh(first, KEY);
        sql.update("UPDATE session SET previous_left_at = NULL WHERE id = ?", session);
        assertThat(api.refresh(first, KEY).status()).isEqualTo(200);
        assertThat(repetitions()).isEqualTo(1);
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
    void withoutALiveSessionNothingIsRepeated(String end) {
        api.refresh(first, KEY);
        age(GRACE);
        sql.update(end, session);
        assertThat(api.refresh(first, KEY).problem()).isEqualTo("session-ended");
        assertThat(repetitions()).isZero();
        assertThat(reuses()).isZero();
    }

    @Test
    void afterALogoutOrAChangeOfThePasswordNothingIsRepeated() {
        Answer other = api.login(username, PASSWORD);
        String others = api.refresh(other.refreshToken(), KEY).token();
        api.refresh(first, KEY);
        age(GRACE);
        api.logOut(first);
        api.changePassword(others, PASSWORD, "another long password");
        assertThat(api.refresh(first, KEY).problem()).isEqualTo("session-ended");
        assertThat(api.refresh(other.refreshToken(), KEY).problem()).isEqualTo("session-ended");
        assertThat(repetitions()).isZero();
    }

    @Test
    void withAnAccessTokenAKeyIsIgnored() {
        Answer second = api.refresh(login.token(), KEY);
        assertThat(second.claims().path("gen").asLong()).isEqualTo(2);
        assertThat(second.json().has("refresh_token")).isFalse();
        assertThat(row()).containsEntry("exchange_hash", null);
        age(GRACE);
        assertEndedByReuse(api.refresh(login.token(), KEY));
    }

    @Test
    void anExchangeByAccessTokenForgetsTheKey() {
        String second = api.refresh(first, KEY).token();
        sql.update("UPDATE session SET refresh_token_used = false WHERE id = ?", session);
        api.refresh(second, KEY);
        assertThat(row()).containsEntry("exchange_hash", null).containsEntry("generation", 3L);
    }

    @Test
    void ofTwoKeysAtOnceOneIsStored() throws Exception {
        Answer waited = Locks.callWhile(
                sql,
                "UPDATE session SET generation = 2, previous_left_at = clock_timestamp(), refresh_token_used = true,"
                        + " exchange_hash = 'of another key' WHERE id = ?",
                () -> api.refresh(first, KEY),
                session);
        assertThat(waited.claims().path("gen").asLong()).isEqualTo(2);
        age(GRACE);
        assertEndedByReuse(api.refresh(first, KEY));
    }

    @Test
    void ofManyRepetitionsAtOnceAllSucceedAndOneCounts() throws Exception {
        String second = api.refresh(first, KEY).refreshToken();
        age(GRACE);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Answer>> racing = new ArrayList<>();
        for (int n = 0; n < 64; n++) {
            racing.add(clients.submit(() -> {
                start.await();
                return api.refresh(first, KEY);
            }));
        }
        start.countDown();
        for (Future<Answer> one : racing) {
            assertThat(one.get(60, TimeUnit.SECONDS).refreshToken()).isEqualTo(second);
        }
        assertThat(repetitions()).isEqualTo(1);
    }

    @Test
    void aRepetitionThatWaitedForAnotherIsNotCounted() throws Exception {
        String second = api.refresh(first, KEY).refreshToken();
        age(GRACE);
        Answer waited = Locks.callWhile(
                sql,
                "UPDATE session SET repeats = 1, repeated_at = clock_timestamp() WHERE id = ?",
                () -> api.refresh(first, KEY),
                session);
        assertThat(waited.refreshToken()).isEqualTo(second);
        assertThat(row()).containsEntry("repeats", 1);
        assertThat(repetitions()).isZero();
    }

    @Test
    void aRepetitionThatWaitedForALogoutIsRefused() throws Exception {
        api.refresh(first, KEY);
        age(GRACE);
        Answer waited = Locks.callWhile(
                sql,
                "UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = 'logout'"
                        + " WHERE id = ?",
                () -> api.refresh(first, KEY),
                session);
        assertThat(waited.problem()).isEqualTo("session-ended");
        assertThat(repetitions()).isZero();
    }

    @Test
    void anExchangeIsOneStatementAndARepetitionTwoAndTheAudits() {
        assertThat(StatementLog.during(() -> api.refresh(first, KEY))).hasSize(1);
        age(GRACE);
        List<String> counted = StatementLog.during(() -> api.refresh(first, KEY));
        assertThat(counted).hasSize(3);
        assertThat(counted.getLast()).startsWith("INSERT INTO audit_event");
        assertThat(StatementLog.during(() -> api.refresh(first, KEY))).hasSize(2);
    }

    @Test
    void repetitionsHaveTheirOwnFigure() {
        api.refresh(first, KEY);
        age(GRACE);
        double before = repeated();
        api.refresh(first, KEY);
        api.refresh(first, KEY);
        assertThat(repeated() - before).isEqualTo(2);
    }

    private double repeated() {
        return meters.counter("gatehouse.refreshes", "answer", "repeated").count();
    }

    /** Of a text that is none, all calls are refused alike, and nothing is exchanged. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0123456789abcde",
                "0123456789 abcdef",
                "\"0123456789abcde\"",
                "\"0123456789 abcdef\"",
                "\"0123456789abcdef",
                "\"",
                "\"\"",
                "\"0123456789abcdef\";a=1",
                "\"0123456789abcdef\" \"0123456789abcdef\"",
                "\"0123456789\\abcdef\"",
                "\"0123456789\"abcdef\"",
                "\"0123456789abcde\\\"",
                "0123456789abcdef, 0123456789abcdef"
            })
    void aMalformedKeyIsRefusedWhateverTheToken(String key) {
        for (String method : List.of("GET", "POST")) {
            for (String token : List.of("none", "garbage", login.token(), first)) {
                Api.Call call = api.call(method, "/refresh_token").header("Idempotency-Key", key);
                Answer answer = (token.equals("none") ? call : call.bearer(token)).send();
                assertThat(answer.status()).as(token).isEqualTo(400);
                assertThat(answer.problem()).isEqualTo("invalid-request");
                assertThat(answer.json().path("detail").asText()).contains("Idempotency-Key");
                assertThat(answer.header("WWW-Authenticate")).isEmpty();
            }
        }
        assertThat(row()).containsEntry("generation", 1L);
    }

    /** Bytes that the client of the other tests does not send. Each character stands for one byte. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0123456789abcde\u00e9",
                "0123456789abcde\u00c3\u00a9",
                "0123456789abcde\u007f",
                "0123456789abcde\tf",
                "\"0123456789abcde\u00e9\"",
                "0123456789abcdef\r\nIdempotency-Key: 0123456789abcdef"
            })
    void aKeyBeyondVisibleAsciiOrTwoAreRefused(String key) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            String request = "POST /refresh_token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Authorization: Bearer " + first + "\r\nIdempotency-Key: " + key + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400");
        }
        assertThat(row()).containsEntry("generation", 1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 16, 255, 256})
    void aKeyHas16To255Characters(int length) {
        String key = "k".repeat(length);
        int expected = length >= 16 && length <= 255 ? 200 : 400;
        assertThat(api.refresh(first, key).status()).isEqualTo(expected);
        assertThat(api.refresh(first, '"' + key + '"').status()).isEqualTo(expected);
        String escaped = '"' + "\\\\".repeat(length) + '"';
        assertThat(api.refresh(first, escaped).status()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {KEY, OTHER_KEY, ""})
    void twoFieldsAreRefused(String other) {
        Answer answer = api.call("POST", "/refresh_token")
                .bearer(first)
                .header("Idempotency-Key", KEY)
                .header("idempotency-key", other)
                .send();
        assertThat(answer.problem()).isEqualTo("invalid-request");
        assertThat(row()).containsEntry("generation", 1L);
    }

    @Test
    void aMalformedKeyComesAfterTheMethodAndBeforeTheMediaTypes() {
        assertThat(api.call("PUT", "/refresh_token")
                        .header("Idempotency-Key", "x")
                        .send()
                        .problem())
                .isEqualTo("method-not-allowed");
        for (String name : List.of("Accept", "Content-Type")) {
            assertThat(api.call("POST", "/refresh_token")
                            .header("Idempotency-Key", "x")
                            .header(name, "text/plain")
                            .body(new byte[] {'x'})
                            .send()
                            .problem())
                    .as(name)
                    .isEqualTo("invalid-request");
        }
    }

    @Test
    void otherCallsIgnoreTheField() {
        for (String path : List.of("/secret", "/logout")) {
            assertThat(api.call("POST", path)
                            .bearer(login.token())
                            .header("Idempotency-Key", "x")
                            .header("Idempotency-Key", "y")
                            .send()
                            .status())
                    .isLessThan(300);
        }
    }

    private void assertEndedByReuse(Answer answer) {
        assertThat(answer.problem()).isEqualTo("session-ended");
        assertThat(row()).containsEntry("end_reason", "reuse");
        assertThat(reuses()).isEqualTo(1);
    }

    private long reuses() {
        return events("refresh_reuse");
    }

    private long repetitions() {
        return events("refresh_repeated");
    }

    private long events(String event) {
        return sql.number("SELECT count(*) FROM audit_event WHERE event = ? AND session_id = ?", event, session);
    }

    private Map<String, @Nullable Object> row() {
        return sql.rows("SELECT * FROM session WHERE id = ?", session).getFirst();
    }

    /** Lets time pass between the exchanges so far and the next one, for all sessions of the account. */
    private void age(int seconds) {
        sql.update("""
                UPDATE session SET
                    previous_left_at = previous_left_at - make_interval(secs => ?),
                    before_previous_left_at = before_previous_left_at - make_interval(secs => ?),
                    repeated_at = repeated_at - make_interval(secs => ?)
                WHERE account_id = (SELECT account_id FROM session WHERE id = ?)""", (double) seconds, (double) seconds, (double) seconds, session);
    }
}
