package dev.gatehouse.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Locks;
import dev.gatehouse.Sql;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a call while another changes what it relies on. */
@QuarkusTest
class RacesTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    Sql sql;

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void connect() {
        api = new Api(RestAssured.port);
    }

    @AfterEach
    void stop() {
        clients.shutdownNow();
    }

    @Test
    void ofAHundredSignUpsForOneNameOneWinsAndItsPasswordLogsIn() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Answer>> racing = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            String password = "the password of number " + n;
            racing.add(clients.submit(() -> {
                start.await();
                return api.signUp(username, password);
            }));
        }
        start.countDown();
        List<Integer> winners = new ArrayList<>();
        for (int n = 0; n < racing.size(); n++) {
            Answer answer = racing.get(n).get(60, TimeUnit.SECONDS);
            if (answer.status() == 201) {
                winners.add(n);
            } else {
                assertThat(answer.problem()).isEqualTo("account-exists");
            }
        }
        assertThat(winners).hasSize(1);
        int winner = winners.getFirst();
        assertThat(api.login(username, "the password of number " + winner).status())
                .isEqualTo(200);
        assertThat(api.login(username, "the password of number " + (winner + 1) % 100)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aLoginOnItsWayDoesNotSurviveAChangeOfThePassword() throws Exception {
        api.signUp(username, PASSWORD);
        Answer login = loginWhile(Locks.OTHER_HASH, PASSWORD);
        assertThat(login.problem()).isEqualTo("invalid-credentials");
        assertThat(storedHash()).isEqualTo(Locks.OTHER_HASH);
    }

    @Test
    void aRehashDoesNotRestoreAnOldPassword() throws Exception {
        api.signUp(username, PASSWORD);
        String outdated = storedHash().replace("$2b$", "$2a$");
        setHash(outdated);
        Answer login = loginWhile(Locks.OTHER_HASH, PASSWORD);
        assertThat(login.problem()).isEqualTo("invalid-credentials");
        assertThat(storedHash()).isEqualTo(Locks.OTHER_HASH);
        assertThat(api.login(username, "another password").status()).isEqualTo(200);
    }

    @Test
    void aLoginBesideWhichAnotherRehashesStillSucceeds() throws Exception {
        api.signUp(username, PASSWORD);
        String current = storedHash();
        setHash(current.replace("$2b$", "$2a$"));
        assertThat(loginWhile(current, PASSWORD).status()).isEqualTo(200);
        assertThat(storedHash()).isEqualTo(current);
    }

    /** As two replicas do that are configured with different costs: they would rewrite each other's hash without end. */
    @Test
    void aRehashThatLostAgainstAnotherIsNotRepeatedAtOnce() throws Exception {
        api.signUp(username, PASSWORD);
        String current = storedHash();
        setHash(current.replace("$2b$", "$2a$"));
        String others = current.replace("$2b$", "$2y$");
        assertThat(loginWhile(others, PASSWORD).status()).isEqualTo(200);
        assertThat(storedHash()).isEqualTo(others);
        assertThat(api.login(username, PASSWORD).status()).isEqualTo(200);
        assertThat(storedHash()).startsWith("$2b$");
    }

    /** Logs in, and replaces the hash after the login has read it and before it comes to lock the row. */
    private Answer loginWhile(String newHash, String password) throws Exception {
        return Locks.callWhile(
                sql,
                "UPDATE account SET password_hash = ? WHERE username = ?",
                () -> api.login(username, password),
                newHash,
                username);
    }

    private void setHash(String hash) {
        sql.update("UPDATE account SET password_hash = ? WHERE username = ?", hash, username);
    }

    private String storedHash() {
        return sql.text("SELECT password_hash FROM account WHERE username = ?", username);
    }
}
