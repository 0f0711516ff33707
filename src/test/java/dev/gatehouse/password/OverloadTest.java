package dev.gatehouse.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Await;
import dev.gatehouse.Sql;
import dev.gatehouse.ThrottledProfile;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What callers see while there are more passwords to hash than can be hashed in time. */
@QuarkusTest
@TestProfile(ThrottledProfile.class)
class OverloadTest {
    private static final String PASSWORD = "a long enough password";

    /** The dearest cost: three at once take two seconds or so. */
    private static final int DEAR = Passwords.MAX_COST;

    @Inject
    HashingLanes lanes;

    @Inject
    MeterRegistry meters;

    @Inject
    Sql sql;

    private final String username = "user-" + UUID.randomUUID();
    private Api api;

    @BeforeEach
    void signUp() {
        api = new Api(RestAssured.port);
        assertThat(api.signUp(username, PASSWORD).status()).isEqualTo(201);
        sql.update("DELETE FROM throttle_bucket"); // A sign-up stays counted.
    }

    /** Runs while every lane is in use; returns once they are free again. */
    private void whileAllLanesAreInUse(Runnable test) {
        int all = Runtime.getRuntime().availableProcessors() * Bcrypt.MAX_LANES;
        long before = meters.timer("gatehouse.hashing.wait").count();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int n = 0; n < all; n++) {
                callers.execute(() -> lanes.forCall(PendingCall.lasting())
                        .hash("a key".getBytes(UTF_8), new byte[Bcrypt.SALT_BYTES], DEAR, DEAR));
            }
            Await.until(() -> meters.timer("gatehouse.hashing.wait").count() >= before + all);
            test.run();
        }
    }

    private static List<Answer> atOnce(List<Callable<Answer>> calls) {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            return callers.invokeAll(calls).stream().map(Future::resultNow).toList();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertOverloaded(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("overloaded");
        assertThat(answer.json().path("detail").asText()).isEqualTo("There is more to do than can be done in time");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
    }

    @Test
    void whatCannotBeHashedInTimeIs503AndCountsForNobody() {
        String token = api.login(username, PASSWORD).token();
        sql.update("DELETE FROM throttle_bucket");
        whileAllLanesAreInUse(() -> {
            atOnce(List.of(
                            () -> api.login(username, PASSWORD),
                            () -> api.login("nobody-" + username, PASSWORD),
                            () -> api.signUp("another-" + username, PASSWORD),
                            () -> api.changePassword(token, PASSWORD, "another long password"),
                            () -> api.deleteAccount(token, PASSWORD)))
                    .forEach(OverloadTest::assertOverloaded);
            assertThat(api.secret(token).status()).isEqualTo(200);
        });
        Await.until(() -> sql.number("SELECT count(*) FROM throttle_bucket") == 0);
        assertThat(api.login(username, PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void whoHangsUpWhileWaitingIsDroppedAndCountsForNobody() {
        String body = Api.credentials(username, PASSWORD);
        String request = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
        double before = meters.counter("gatehouse.hashing.refused", "reason", "client-gone")
                .count();
        whileAllLanesAreInUse(() -> {
            try (Socket socket = new Socket("localhost", RestAssured.port)) {
                socket.getOutputStream().write(request.getBytes(UTF_8));
                Await.until(() -> lanes.waiting() > 0);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            Await.until(() -> meters.counter("gatehouse.hashing.refused", "reason", "client-gone")
                            .count()
                    > before);
        });
        Await.until(() -> sql.number("SELECT count(*) FROM throttle_bucket WHERE kind <> 'signup'") == 0);
    }
}
