package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Await;
import dev.gatehouse.MutableClock;
import dev.gatehouse.Sql;
import dev.gatehouse.database.Database;
import dev.gatehouse.database.OwnConnections;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A second replica's list, beside the service, on its database. */
@QuarkusTest
class EndedSessionsFeedTest {
    private static final String PASSWORD = "a long enough password";
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final int LIMIT = 1000;

    private static final String LISTENERS = "datname = current_database() AND application_name = '"
            + EndedSessionsFeed.LISTENING + "' AND state = 'idle'";

    private static final String END =
            "UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(),"
                    + " end_reason = 'operator' WHERE id = ?";

    @Inject
    OwnConnections connections;

    @Inject
    Sql sql;

    private final MutableClock clock = new MutableClock();
    private final List<EndedSessionsFeed> feeds = new ArrayList<>();
    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void signUp() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
    }

    @AfterEach
    void stop() throws SQLException {
        for (EndedSessionsFeed feed : feeds) {
            feed.stop(new ShutdownEvent());
        }
    }

    private EndedSessions replica(boolean listen, Duration pollInterval) throws SQLException {
        ClockDifference difference = new ClockDifference(clock, System::nanoTime);
        EndedSessions list =
                new EndedSessions(Duration.ofMinutes(30), LIMIT, clock, difference, new PGSimpleDataSource());
        EndedSessionsFeed feed = new EndedSessionsFeed(list, difference, connections, listen, pollInterval);
        feed.start(new Database.Reached());
        feeds.add(feed);
        return list;
    }

    @Test
    void whatEndedBeforeAReplicaStartedIsKnownAtItsStart() throws SQLException {
        UUID session = logIn();
        sql.update(END, session);
        assertThat(replica(false, NEVER).contains(session)).isTrue();
    }

    @Test
    void aNotificationAloneMakesTheEndOfASessionKnown() throws SQLException {
        EndedSessions replica = listeningReplica();
        Answer login = api.login(username, PASSWORD);
        api.logOut(login.token());
        Await.until(() -> replica.contains(login.session()));
    }

    @Test
    void thePollAloneMakesTheEndOfASessionKnown() throws SQLException {
        EndedSessions replica = replica(false, OFTEN);
        UUID session = logIn();
        sql.update(END, session);
        Await.until(() -> replica.contains(session));
    }

    @Test
    void aLateCommitIsNotMissed() throws SQLException {
        EndedSessions replica = replica(false, OFTEN);
        UUID early = logIn();
        UUID late = logIn();
        try (Connection slow = sql.open()) {
            slow.setAutoCommit(false);
            Sql.update(slow, END, late);
            sql.update(END, early);
            Await.until(() -> replica.contains(early)); // So it has read on beyond the slow transaction.
            assertThat(replica.contains(late)).isFalse();
            slow.commit();
        }
        Await.until(() -> replica.contains(late));
    }

    @Test
    void anEndThatIsStampedByAWrongClockIsNotMissed() throws SQLException {
        EndedSessions replica = replica(false, OFTEN);
        UUID behind = logIn();
        UUID ahead = logIn();
        sql.update(END.replace("clock_timestamp()", "clock_timestamp() - interval '20 minutes'"), behind);
        sql.update(END.replace("clock_timestamp()", "clock_timestamp() + interval '20 minutes'"), ahead);
        Await.until(() -> replica.contains(behind) && replica.contains(ahead));
    }

    @Test
    void whatEndedWhileTheConnectionWasCutIsNotMissed() throws SQLException {
        EndedSessions replica = listeningReplica();
        UUID session = logIn();
        sql.update(END, session); // Without a notification.
        assertThat(sql.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + LISTENERS))
                .isNotEmpty();
        Await.until(() -> replica.contains(session));
    }

    /** As after a fail-over: transactions of the new server have lower numbers, or such as the old one has used. */
    @Test
    void onANewConnectionEverythingIsReadWhateverItsNumber() throws SQLException {
        EndedSessions replica = listeningReplica();
        UUID session = logIn();
        sql.update(END.replace("pg_current_xact_id()", "CAST('3' AS xid8)"), session);
        assertThat(sql.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + LISTENERS))
                .isNotEmpty();
        Await.until(() -> replica.contains(session));
    }

    @Test
    void onceInAWhileEverythingIsReadAnew() throws SQLException {
        EndedSessions replica = replica(false, OFTEN);
        String polling = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND application_name = '" + EndedSessionsFeed.POLLING + "'";
        Await.until(() -> sql.number(polling) == 1);
        for (int n = 0; n < 2; n++) { // The second is found after the connection's first look, which reads everything.
            UUID known = logIn();
            sql.update(END, known);
            Await.until(() -> replica.contains(known));
        }
        UUID session = logIn();
        sql.update(END.replace("pg_current_xact_id()", "CAST('3' AS xid8)"), session);
        Await.until(() -> replica.contains(session));
    }

    @Test
    void anAbortedEndIsNone() throws SQLException {
        EndedSessions replica = replica(false, OFTEN);
        UUID aborted = logIn();
        UUID ended = logIn();
        try (Connection connection = sql.open()) {
            connection.setAutoCommit(false);
            Sql.update(connection, END, aborted);
            connection.rollback();
        }
        sql.update(END, ended);
        Await.until(() -> replica.contains(ended));
        assertThat(replica.contains(aborted)).isFalse();
    }

    @Test
    void withMoreEndedSessionsThanItsLimitAListIsNotCompleteUntilTheyAreGone() throws SQLException {
        UUID account = UUID.randomUUID();
        sql.update(
                "INSERT INTO session (id, account_id, created_at, last_used_at, idle_limit, absolute_limit, sweep_at, ended_at,"
                        + " ended_in, end_reason) SELECT gen_random_uuid(), ?, now(), now(), now(), now(), now() + interval '1 hour',"
                        + " now(), pg_current_xact_id(), 'logout' FROM generate_series(1, ?)",
                account,
                LIMIT + 1);
        try {
            EndedSessions replica = replica(false, OFTEN);
            assertThat(replica.isComplete()).isFalse();
            assertThat(replica.size()).isLessThanOrEqualTo(LIMIT);
            sql.update("DELETE FROM session WHERE account_id = ?", account);
            clock.advance(Duration.ofMinutes(33));
            Await.until(replica::isComplete);
        } finally {
            sql.update("DELETE FROM session WHERE account_id = ?", account);
        }
    }

    /** A replica that waits for a notification. */
    private EndedSessions listeningReplica() throws SQLException {
        String listeners = "SELECT count(*) FROM pg_stat_activity WHERE " + LISTENERS;
        Await.until(() -> sql.number(listeners) == 1); // The service's own.
        EndedSessions replica = replica(true, NEVER);
        Await.until(() -> sql.number(listeners) == 2);
        return replica;
    }

    private UUID logIn() {
        return Api.patiently(() -> api.login(username, PASSWORD)).session();
    }
}
