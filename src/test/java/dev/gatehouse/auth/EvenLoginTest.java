package dev.gatehouse.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Await;
import dev.gatehouse.RefusedWrites;
import dev.gatehouse.Sql;
import dev.gatehouse.StatementLog;
import dev.gatehouse.ThrottledProfile;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A refused login does the same for every name: the same statements and the same rounds of bcrypt. What that means in time
 * is measured by LoginEvenness (docs/performance.md).
 */
@QuarkusTest
@TestProfile(ThrottledProfile.class)
class EvenLoginTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    Sql sql;

    @Inject
    MeterRegistry meters;

    private final String username = "user-" + UUID.randomUUID();
    private Api api;

    @BeforeEach
    void connect() {
        sql.update("DELETE FROM throttle_bucket");
        api = new Api(RestAssured.port);
    }

    /** What a login did. */
    private record Trace(Answer answer, List<String> statements, double rounds) {}

    private Trace trace(String name, String password) {
        double before = meters.counter("gatehouse.hashing.rounds").count();
        List<Answer> answers = new ArrayList<>();
        List<String> statements = StatementLog.during(() -> answers.add(api.login(name, password)));
        return new Trace(
                answers.getFirst(),
                statements,
                meters.counter("gatehouse.hashing.rounds").count() - before);
    }

    /** Otherwise a name that has logged in from here would cost one commit less, and a neighbour could tell. */
    @Test
    void howAnAttemptEndedIsSaidForEveryName() throws Throwable {
        assertThat(api.signUp("here-" + username, PASSWORD).status()).isEqualTo(201);
        assertThat(api.login("here-" + username, PASSWORD).status()).isEqualTo(200);
        RefusedWrites.during(sql, "NEW.failures > OLD.failures", () -> {
            for (String name : new String[] {"here-", "nobody-"}) {
                assertThat(api.login(name + username, "not the password").problem())
                        .as(name)
                        .isEqualTo("internal-error");
            }
        });
        Await.until(() -> meters.get("gatehouse.throttle.unsettled").gauge().value() == 0);
    }

    /** At the first refusal, which is an event, and at the next. */
    @Test
    void aBlockedNameTakesTheSameWay() {
        assertThat(api.signUp("known-" + username, PASSWORD).status()).isEqualTo(201);
        for (String name : new String[] {"known-", "nobody-"}) {
            for (int n = 0; n < 6; n++) {
                assertThat(api.login(name + username, "wrong").status()).isEqualTo(401);
            }
        }
        for (int n = 0; n < 2; n++) {
            Trace unknown = trace("nobody-" + username, PASSWORD);
            assertThat(unknown.answer().status()).isEqualTo(429);
            assertThat(unknown.rounds()).isZero();
            assertThat(trace("known-" + username, PASSWORD)).isEqualTo(unknown);
        }
    }

    @Test
    void everyNameTakesTheSameWay() {
        for (String name : new String[] {"known-", "imported-", "deleted-"}) {
            assertThat(api.signUp(name + username, PASSWORD).status()).isEqualTo(201);
        }
        sql.update(
                "UPDATE account SET password_hash = '$2y$06' || substr(password_hash, 7) WHERE username = ?",
                "imported-" + username);
        api.deleteAccount(api.login("deleted-" + username, PASSWORD).token(), PASSWORD);
        trace("imported-" + username, "wrong"); // From now on its cost is known.
        Trace unknown = trace("nobody-" + username, "not the password");
        assertThat(unknown.answer().status()).isEqualTo(401);
        assertThat(unknown.rounds()).isEqualTo(1 << 6);
        assertThat(unknown.statements()).isNotEmpty();
        for (String name : new String[] {"known-", "imported-", "deleted-"}) {
            for (String wrong : new String[] {"not the password", "x", "y".repeat(256)}) {
                assertThat(trace(name + username, wrong)).as(name).isEqualTo(unknown);
            }
        }
    }
}
