package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Sql;
import dev.gatehouse.lifecycle.TestSweeper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which sessions the clean-up removes and which it keeps. Ended ones stay for 33 minutes and 5 seconds. */
@QuarkusTest
class SessionSweeperTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    Sql sql;

    @Inject
    TestSweeper sweeper;

    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void signUp() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
    }

    @Test
    void anEndedSessionGoesOnceNoAccessTokenOfItCanLive() {
        Answer login = api.login(username, PASSWORD);
        api.logOut(login.token());
        UUID session = login.session();
        due(session, "ended_at = clock_timestamp() - interval '33 minutes'");
        sweeper.sweep();
        assertThat(exists(session)).isTrue();
        due(session, "ended_at = clock_timestamp() - interval '33 minutes 5 seconds'");
        sweeper.sweep();
        assertThat(exists(session)).isFalse();
    }

    @Test
    void endingASessionSaysWhenItsRowMayGo() {
        Answer login = api.login(username, PASSWORD);
        api.logOut(login.token());
        assertThat(sql.text(
                        "SELECT round(extract(epoch FROM sweep_at - ended_at)) FROM session WHERE id = ?",
                        login.session()))
                .isEqualTo(String.valueOf(33 * 60 + 5));
    }

    @Test
    void aSessionBeyondALimitGoesAndOneThatWasUsedMeanwhileIsPutOff() {
        UUID idle = api.login(username, PASSWORD).session();
        UUID absolute = api.login(username, PASSWORD).session();
        UUID used = api.login(username, PASSWORD).session();
        due(idle, "idle_limit = clock_timestamp() - interval '1 second'");
        due(absolute, "absolute_limit = clock_timestamp() - interval '1 second'");
        due(used, "idle_limit = clock_timestamp() + interval '3 days'");
        sweeper.sweep();
        assertThat(exists(idle)).isFalse();
        assertThat(exists(absolute)).isFalse();
        assertThat(exists(used)).isTrue();
        assertThat(sql.text("SELECT sweep_at = idle_limit FROM session WHERE id = ?", used))
                .isEqualTo("true");
    }

    @Test
    void aRowThatAnotherCallHoldsIsLeftForTheNextTime() throws SQLException {
        UUID held = api.login(username, PASSWORD).session();
        UUID free = api.login(username, PASSWORD).session();
        due(held, "idle_limit = clock_timestamp() - interval '1 second'");
        due(free, "idle_limit = clock_timestamp() - interval '1 second'");
        try (Connection other = sql.open()) {
            other.setAutoCommit(false);
            Sql.update(other, "UPDATE session SET last_used_at = last_used_at WHERE id = ?", held);
            sweeper.sweep();
            assertThat(exists(held)).isTrue();
            assertThat(exists(free)).isFalse();
            other.rollback();
        }
        sweeper.sweep();
        assertThat(exists(held)).isFalse();
    }

    private void due(UUID session, String change) {
        sql.update(
                "UPDATE session SET sweep_at = clock_timestamp() - interval '1 second', " + change + " WHERE id = ?",
                session);
    }

    private boolean exists(UUID session) {
        return sql.number("SELECT count(*) FROM session WHERE id = ?", session) == 1;
    }
}
