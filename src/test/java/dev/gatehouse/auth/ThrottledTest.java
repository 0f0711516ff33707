package dev.gatehouse.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Sql;
import dev.gatehouse.ThrottledProfile;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What callers see of the throttle, each test from an address of its own, as a trusted proxy tells it. */
@QuarkusTest
@TestProfile(ThrottledProfile.class)
class ThrottledTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    Sql sql;

    @Inject
    MeterRegistry meters;

    private final String username = "user-" + UUID.randomUUID();
    private Api api;

    @BeforeEach
    void signUp() {
        sql.update("DELETE FROM throttle_bucket");
        api = new Api(RestAssured.port);
        assertThat(api.signUp(username, PASSWORD).status()).isEqualTo(201);
    }

    private Answer login(String name, String password, String address) {
        return api.call("POST", "/login")
                .header("X-Forwarded-For", "6.6.6.6, " + address)
                .json(Api.credentials(name, password))
                .send();
    }

    private static void assertBlocked(Answer answer) {
        assertThat(answer.problem()).isEqualTo("too-many-attempts");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.json().path("detail").asText()).isEqualTo("Too many attempts");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
    }

    @Test
    void aKnownAndAnUnknownNameAreBlockedAlike() {
        String unknown = "nobody-" + UUID.randomUUID();
        for (int n = 0; n < 6; n++) {
            Answer wrong = login(username, "not the password", "192.0.2.1");
            assertThat(wrong.status()).isEqualTo(401);
            assertThat(login(unknown, "not the password", "192.0.2.1")).isEqualTo(wrong);
        }
        Answer blocked = login(username, "not the password", "192.0.2.1");
        assertBlocked(blocked);
        assertThat(login(unknown, "not the password", "192.0.2.1")).isEqualTo(blocked);
    }

    @Test
    void aBlockedAttemptIsNotHashedHoweverRightItIs() {
        IntStream.range(0, 6).forEach(n -> login(username, "not the password", "192.0.2.1"));
        double rounds = meters.counter("gatehouse.hashing.rounds").count();
        assertBlocked(login(username, PASSWORD, "192.0.2.1"));
        assertThat(meters.counter("gatehouse.hashing.rounds").count()).isEqualTo(rounds);
        assertThat(login(username, PASSWORD, "192.0.2.2").status()).isEqualTo(200);
    }

    @Test
    void whatIsMalformedIsNotCounted() {
        for (int n = 0; n < 20; n++) {
            assertThat(login(username, "", "192.0.2.1").status()).isEqualTo(422);
        }
        assertThat(login(username, PASSWORD, "192.0.2.1").status()).isEqualTo(200);
    }

    @Test
    void theNameIsCountedAsItIsPrepared() {
        for (int n = 0; n < 6; n++) {
            assertThat(login(n % 2 == 0 ? username : username.toUpperCase(Locale.ROOT), "x", "192.0.2.1")
                            .status())
                    .isEqualTo(401);
        }
        assertBlocked(login(username, "x", "192.0.2.1"));
    }

    @Test
    void wrongPasswordsOfASessionAreBounded() {
        Answer login = login(username, PASSWORD, "192.0.2.1");
        for (int n = 0; n < 5; n++) {
            assertThat(api.changePassword(login.token(), "wrong", "another long password")
                            .problem())
                    .isEqualTo("wrong-password");
            assertThat(api.deleteAccount(login.token(), "wrong").problem()).isEqualTo("wrong-password");
        }
        assertBlocked(api.changePassword(login.token(), PASSWORD, "another long password"));
        assertBlocked(api.deleteAccount(login.token(), PASSWORD));
        Answer another = login(username, PASSWORD, "192.0.2.1");
        assertThat(api.changePassword(another.token(), PASSWORD, "another long password")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void signUpsFromANetworkAreBounded() {
        for (int n = 0; n < 19; n++) {
            assertThat(api.signUp(username, PASSWORD).status()).isEqualTo(409);
        }
        assertBlocked(api.signUp("user-" + UUID.randomUUID(), PASSWORD));
    }
}
