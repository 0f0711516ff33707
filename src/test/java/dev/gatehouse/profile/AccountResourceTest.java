package dev.gatehouse.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Locks;
import dev.gatehouse.Sql;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the holder of an access token does with an account. */
@QuarkusTest
class AccountResourceTest {
    private static final String PASSWORD = "a long enough password";
    private static final String NEW_PASSWORD = "another long password";

    @Inject
    Sql sql;

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);
    private Answer login = Answer.NONE;

    @BeforeEach
    void logIn() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        login = api.login(username, PASSWORD);
    }

    @AfterEach
    void stop() {
        clients.shutdownNow();
    }

    @Test
    void theAccountShowsItsNameAndTimesAndNothingElse() {
        Answer account = account(login.token());
        assertThat(account.status()).isEqualTo(200);
        assertThat(account.json().fieldNames())
                .toIterable()
                .containsExactly("username", "created_at", "password_changed_at");
        assertThat(account.json().path("username").asText()).isEqualTo(username);
        assertThat(account.json().path("created_at").asText()).endsWith("Z");
    }

    @Test
    void aRehashIsNotAChangeOfThePassword() {
        String before =
                account(login.token()).json().path("password_changed_at").asText();
        sql.update(
                "UPDATE account SET password_hash = replace(password_hash, '$2b$', '$2a$') WHERE username = ?",
                username);
        assertThat(api.login(username, PASSWORD).status()).isEqualTo(200);
        assertThat(sql.text("SELECT password_hash FROM account WHERE username = ?", username))
                .startsWith("$2b$");
        assertThat(account(login.token()).json().path("password_changed_at").asText())
                .isEqualTo(before);
    }

    @Test
    void aChangeOfThePasswordEndsEverySessionAndBeginsANewOne() {
        Answer other = api.login(username, PASSWORD);
        String before =
                account(login.token()).json().path("password_changed_at").asText();
        Answer changed = api.changePassword(login.token(), PASSWORD, NEW_PASSWORD);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("Cache-Control")).isEqualTo("no-store");
        assertThat(changed.json().properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "token", "access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in");
        for (Answer ended : List.of(login, other)) {
            assertThat(api.secret(ended.token()).problem()).isEqualTo("invalid-token");
            assertThat(account(ended.token()).problem()).isEqualTo("invalid-token");
            assertThat(api.refresh(ended.refreshToken()).problem()).isEqualTo("session-ended");
        }
        assertThat(api.secret(changed.token()).status()).isEqualTo(200);
        assertThat(api.refresh(changed.refreshToken()).status()).isEqualTo(200);
        assertThat(account(changed.token()).json().path("password_changed_at").asText())
                .isGreaterThan(before);
        assertThat(api.login(username, PASSWORD).problem()).isEqualTo("invalid-credentials");
        assertThat(api.login(username, NEW_PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void withAWrongPasswordNothingChanges() {
        Map<String, @Nullable Object> before = row();
        Answer change = api.changePassword(login.token(), "not the password", NEW_PASSWORD);
        assertThat(change.status()).isEqualTo(403);
        assertThat(change.problem()).isEqualTo("wrong-password");
        assertThat(change.json().path("detail").asText()).isEqualTo("Wrong password");
        assertThat(api.deleteAccount(login.token(), "not the password").problem())
                .isEqualTo("wrong-password");
        assertThat(row()).isEqualTo(before);
        assertThat(api.refresh(login.refreshToken()).status()).isEqualTo(200);
    }

    @Test
    void anImpossiblePasswordIsWrongAsCurrentAndRefusedAsNew() {
        String impossible = PASSWORD + "\n";
        assertThat(api.changePassword(login.token(), impossible, NEW_PASSWORD).problem())
                .isEqualTo("wrong-password");
        assertThat(api.deleteAccount(login.token(), impossible).problem()).isEqualTo("wrong-password");
        Answer change = api.changePassword(login.token(), PASSWORD, NEW_PASSWORD + "\n");
        assertThat(change.json().path("errors").toString())
                .isEqualTo("[{\"field\":\"new_password\",\"message\":\"must not contain control characters\"}]");
        assertThat(api.login(username, PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void everyWrongMemberIsNamed() {
        for (String body : List.of(
                "{}",
                "{\"current_password\":1,\"new_password\":null}",
                "{\"current_password\":\"\",\"new_password\":\"short\"}")) {
            Answer change = api.call("PUT", "/account/password")
                    .bearer(login.token())
                    .json(body)
                    .send();
            assertThat(change.problem()).isEqualTo("validation-failed");
            assertThat(change.json().path("errors").findValuesAsText("field"))
                    .containsExactly("current_password", "new_password");
        }
        Answer deletion = api.call("POST", "/account/deletion")
                .bearer(login.token())
                .json("{}")
                .send();
        assertThat(deletion.json().path("errors").findValuesAsText("field")).containsExactly("password");
        for (String path : List.of("/account/password", "/account/deletion")) {
            String method = path.endsWith("password") ? "PUT" : "POST";
            assertThat(api.call(method, path)
                            .bearer(login.token())
                            .json("[]")
                            .send()
                            .problem())
                    .isEqualTo("malformed-request");
            assertThat(api.call(method, path).bearer(login.token()).send().problem())
                    .isEqualTo("malformed-request");
            assertThat(api.call(method, path).bearer("x").json("[").send().problem())
                    .isEqualTo("invalid-token");
            assertThat(api.call(method, path).json("[").send().problem()).isEqualTo("not-authenticated");
        }
    }

    @Test
    void aDeletedAccountIsGoneAndItsNameIsNeverGivenOutAgain() {
        Answer other = api.login(username, PASSWORD);
        Answer deleted = api.deleteAccount(login.token(), PASSWORD);
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.text()).isEmpty();
        for (Answer ended : List.of(login, other)) {
            assertThat(api.secret(ended.token()).problem()).isEqualTo("invalid-token");
            assertThat(account(ended.token()).problem()).isEqualTo("invalid-token");
            assertThat(api.refresh(ended.refreshToken()).problem()).isEqualTo("session-ended");
            assertThat(api.logOut(ended.refreshToken()).status()).isEqualTo(204);
        }
        assertThat(api.login(username, PASSWORD).problem()).isEqualTo("invalid-credentials");
        assertThat(api.signUp(username, PASSWORD).problem()).isEqualTo("account-exists");
        assertThat(api.signUp(username.toUpperCase(Locale.ROOT), PASSWORD).problem())
                .isEqualTo("account-exists");
        assertThat(sql.number("SELECT count(*) FROM account WHERE username = ?", username))
                .isZero();
        assertThat(sql.number("SELECT count(*) FROM session WHERE subject = ?", username))
                .isZero();
    }

    @Test
    void whoseSessionIsBeyondALimitChangesNothing() {
        sql.update("UPDATE session SET idle_limit = clock_timestamp() WHERE id = ?", login.session());
        assertThat(account(login.token()).problem()).isEqualTo("invalid-token");
        assertThat(api.changePassword(login.token(), PASSWORD, NEW_PASSWORD).problem())
                .isEqualTo("invalid-token");
        assertThat(api.deleteAccount(login.token(), PASSWORD).problem()).isEqualTo("invalid-token");
        assertThat(api.login(username, PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void aChangeOnItsWayDoesNotSurviveAnother() throws Exception {
        Answer change = Locks.callWhile(
                sql,
                "UPDATE account SET password_hash = ? WHERE username = ?",
                () -> api.changePassword(login.token(), PASSWORD, NEW_PASSWORD),
                Locks.OTHER_HASH,
                username);
        assertThat(change.problem()).isEqualTo("wrong-password");
        assertThat(sql.text("SELECT password_hash FROM account WHERE username = ?", username))
                .isEqualTo(Locks.OTHER_HASH);
    }

    @Test
    void aDeletionOnItsWayDoesNotSurviveAChangeOfThePassword() throws Exception {
        Answer deletion = Locks.callWhile(
                sql,
                "UPDATE account SET password_hash = ? WHERE username = ?",
                () -> api.deleteAccount(login.token(), PASSWORD),
                Locks.OTHER_HASH,
                username);
        assertThat(deletion.problem()).isEqualTo("wrong-password");
        assertThat(sql.number("SELECT count(*) FROM account WHERE username = ?", username))
                .isEqualTo(1);
    }

    @Test
    void aChangeWhoseSessionEndsOnTheWayIsNotMade() throws Exception {
        String before = sql.text("SELECT password_hash FROM account WHERE username = ?", username);
        CompletableFuture<Answer> change;
        try (Connection operator = sql.open()) {
            operator.setAutoCommit(false);
            Sql.update(operator, "UPDATE account SET created_at = created_at WHERE username = ?", username);
            change = CompletableFuture.supplyAsync(
                    () -> api.changePassword(login.token(), PASSWORD, NEW_PASSWORD), clients);
            Locks.awaitWaiterFor(operator, sql, change);
            sql.update("UPDATE session SET idle_limit = clock_timestamp() WHERE id = ?", login.session());
            operator.commit();
        }
        assertThat(change.get(30, TimeUnit.SECONDS).problem()).isEqualTo("invalid-token");
        assertThat(sql.text("SELECT password_hash FROM account WHERE username = ?", username))
                .isEqualTo(before);
    }

    @Test
    void aLoginOnItsWayDoesNotSurviveTheDeletion() throws Exception {
        Answer late = Locks.callWhile(
                sql, "DELETE FROM account WHERE username = ?", () -> api.login(username, PASSWORD), username);
        assertThat(late.problem()).isEqualTo("invalid-credentials");
        assertThat(sql.number("SELECT count(*) FROM session WHERE subject = ?", username))
                .isEqualTo(1);
    }

    private Answer account(String token) {
        return api.call("GET", "/account").bearer(token).send();
    }

    private Map<String, @Nullable Object> row() {
        return sql.rows("SELECT * FROM account WHERE username = ?", username).getFirst();
    }
}
