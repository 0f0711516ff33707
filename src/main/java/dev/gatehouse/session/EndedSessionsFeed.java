package dev.gatehouse.session;

import dev.gatehouse.platform.DatabaseReached;
import dev.gatehouse.platform.OwnConnections;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Reads from Postgres which sessions have ended, on a thread and a connection of its own. It asks twice a second, which
 * alone is enough; a notification only makes it ask at once.
 *
 * <p>It asks by transaction and not by time: for what was ended in transactions that were not over when it asked last. So
 * neither a late commit nor a clock that is wrong or set, nor a lost notification or connection loses anything.
 */
@ApplicationScoped
class EndedSessionsFeed {
    static final String CHANNEL = "gatehouse_session_ended";

    private static final Logger LOG = Logger.getLogger(EndedSessionsFeed.class);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(250);
    /** Every how many polls a list that is not complete is read anew in the hope that it can be. */
    private static final int POLLS_PER_REREAD = 20;

    private final EndedSessions endedSessions;
    private final OwnConnections connections;
    private final boolean listen;
    private final int limit;
    private final Duration pollInterval;
    private final CountDownLatch stopping = new CountDownLatch(1);

    /** Every transaction below it is over and has been read. */
    private BigInteger readBelow = BigInteger.ZERO;

    private int pollsUntilReread;
    private @Nullable Thread reader;

    @Inject
    EndedSessionsFeed(EndedSessions endedSessions, OwnConnections connections, SessionConfig config) {
        this(endedSessions, connections, config.listen(), config.endedLimit(), POLL_INTERVAL);
    }

    EndedSessionsFeed(
            EndedSessions endedSessions, OwnConnections connections, boolean listen, int limit, Duration pollInterval) {
        this.endedSessions = endedSessions;
        this.connections = connections;
        this.listen = listen;
        this.limit = limit;
        this.pollInterval = pollInterval;
    }

    /** Reads what has ended so far, before the service counts as started, and goes on reading from then on. */
    void start(@Observes DatabaseReached event) throws SQLException {
        try (Connection connection = connections.open()) {
            read(connection);
        }
        if (reader == null) {
            reader = Thread.ofPlatform().name("ended-sessions").daemon().start(this::follow);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        stopping.countDown();
    }

    private void follow() {
        try {
            while (!stopping.await(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                followOnOneConnection();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void followOnOneConnection() throws InterruptedException {
        try (Connection connection = connections.open()) {
            if (listen) {
                execute(connection, "LISTEN " + CHANNEL);
            }
            do {
                read(connection);
            } while (!awaitNext(connection));
        } catch (SQLException | RuntimeException e) { // The outage itself is logged by the database's watch.
            LOG.debug("ended_sessions=unread", e);
        }
    }

    /** Waits for a notification or the interval's end. Returns true when the service is stopping. */
    private boolean awaitNext(Connection connection) throws SQLException, InterruptedException {
        if (!listen) {
            return stopping.await(pollInterval.toMillis(), TimeUnit.MILLISECONDS);
        }
        connection.unwrap(PGConnection.class).getNotifications((int) pollInterval.toMillis());
        return stopping.getCount() == 0;
    }

    private void read(Connection connection) throws SQLException {
        if (!endedSessions.isComplete()) {
            reread(connection);
            return;
        }
        // First, so that what is committed between the two statements is read now and once more next time.
        BigInteger oldestRunning = oldestRunningTransaction(connection);
        if (oldestRunning.compareTo(readBelow) < 0) {
            readBelow = BigInteger.ZERO; // Another server, such as one restored from a backup: its numbers are its own.
        }
        endedIn(connection, readBelow).forEach(endedSessions::add);
        readBelow = oldestRunning;
    }

    /** Reads everything, and takes the list for complete when that is no more than it may hold. */
    private void reread(Connection connection) throws SQLException {
        if (pollsUntilReread-- > 0) {
            return;
        }
        pollsUntilReread = POLLS_PER_REREAD;
        BigInteger oldestRunning = oldestRunningTransaction(connection);
        List<UUID> all = endedIn(connection, BigInteger.ZERO);
        if (all.size() <= limit) {
            endedSessions.complete(all);
            readBelow = oldestRunning;
        }
    }

    private static BigInteger oldestRunningTransaction(Connection connection) throws SQLException {
        try (PreparedStatement query =
                        connection.prepareStatement("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)");
                ResultSet result = query.executeQuery()) {
            result.next();
            return new BigInteger(result.getString(1));
        }
    }

    /** The sessions that were ended in this transaction or a later one, and one more at most than the list may hold. */
    private List<UUID> endedIn(Connection connection, BigInteger first) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT id FROM session WHERE ended_in >= CAST(? AS xid8) LIMIT ?")) {
            query.setString(1, first.toString());
            query.setInt(2, limit + 1);
            try (ResultSet result = query.executeQuery()) {
                List<UUID> ids = new ArrayList<>();
                while (result.next()) {
                    ids.add(result.getObject(1, UUID.class));
                }
                return ids;
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
