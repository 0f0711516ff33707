package dev.gatehouse.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.Api;
import dev.gatehouse.Await;
import dev.gatehouse.Sql;
import dev.gatehouse.ThrottledProfile;
import dev.gatehouse.account.Accounts.ActOutcome;
import dev.gatehouse.account.Username;
import dev.gatehouse.client.Client;
import dev.gatehouse.login.PasswordCheck.Claim;
import dev.gatehouse.login.PasswordCheck.Claimant;
import dev.gatehouse.login.PasswordCheck.PasswordCheckOutcome;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.problem.OverloadedException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ThrottledProfile.class)
class PasswordCheckTest {
    private static final String PASSWORD = "a long enough password";
    private static final Client CLIENT = new Client("192.0.2.1", Optional.empty());
    private static final String FAILURES =
            "SELECT COALESCE(sum(failures), 0) FROM throttle_bucket WHERE kind <> 'signup'";
    private static final String EVENTS =
            "SELECT count(*) FROM audit_event WHERE event LIKE 'throttled%' OR event = 'login_failed'";

    @Inject
    PasswordCheck passwordCheck;

    @Inject
    WaitingLines lines;

    @Inject
    Sql sql;

    private final String username = "user-" + UUID.randomUUID();

    @BeforeEach
    void signUp() {
        sql.update("DELETE FROM throttle_bucket");
        assertThat(new Api(RestAssured.port).signUp(username, PASSWORD).status())
                .isEqualTo(201);
    }

    private Claim claim(String password) {
        return new Claim(
                new Claimant.Named(Username.parse(username)), Password.parse(password), CLIENT, PendingCall.lasting());
    }

    @Test
    void aRightPasswordWhoseHashIsReplacedAtEachTryHasNotFailed() {
        long events = sql.number(EVENTS);
        List<Integer> tries = new ArrayList<>();
        assertThatThrownBy(() -> passwordCheck.check(claim(PASSWORD), (verified, n) -> {
                    tries.add(n);
                    return new ActOutcome.HashReplaced<>();
                }))
                .isInstanceOf(OverloadedException.class);
        assertThat(tries).containsExactly(0, 1, 2);
        Await.until(() -> sql.number("SELECT count(*) FROM throttle_bucket WHERE kind <> 'signup'") == 0);
        assertThat(sql.number(EVENTS)).isEqualTo(events);
    }

    @Test
    void anActThatThrowsIsNoFailure() {
        assertThatThrownBy(() -> passwordCheck.check(claim(PASSWORD), (verified, n) -> {
                    throw new IllegalStateException("the act failed");
                }))
                .hasMessage("the act failed");
        Await.until(() -> sql.number("SELECT count(*) FROM throttle_bucket WHERE kind <> 'signup'") == 0);
    }

    @Test
    void aWrongPasswordIsCountedAndItsActIsNotDone() {
        PasswordCheckOutcome<String> outcome = passwordCheck.check(claim("not the password"), (verified, n) -> {
            throw new AssertionError("must not act");
        });
        assertThat(outcome).isInstanceOf(PasswordCheckOutcome.WrongPassword.class);
        assertThat(sql.number(FAILURES)).isEqualTo(3);
    }

    /** Sixteen have a place; the act of each lasts until the last of those has begun. The others wait, and nobody is refused. */
    @Test
    void whoFindsNoPlaceWaitsForOne() {
        CountDownLatch begun = new CountDownLatch(16);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<PasswordCheckOutcome<String>> outcomes = IntStream.range(0, 24)
                    .mapToObj(n -> CompletableFuture.supplyAsync(() -> doneWhen(begun), callers))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();
            assertThat(outcomes).hasSize(24).allMatch(PasswordCheckOutcome.Done.class::isInstance);
        }
        assertThat(lines.count()).isZero();
    }

    private PasswordCheckOutcome<String> doneWhen(CountDownLatch begun) {
        return passwordCheck.check(claim(PASSWORD), (verified, n) -> {
            begun.countDown();
            Await.until(() -> begun.getCount() == 0);
            return new ActOutcome.Done<>("done");
        });
    }
}
