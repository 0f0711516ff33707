package dev.gatehouse.session;

import dev.gatehouse.database.Database;
import dev.gatehouse.database.DatabaseFaults;
import dev.gatehouse.database.OwnConnections;
import dev.gatehouse.database.Sql;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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
 * <p>It asks by transaction and not by time: for what was ended in transactions that its last look did not see. So neither
 * a late commit nor a clock that is wrong or set, nor a lost notification loses anything. Transaction ids mean something on
 * one server only; hence everything is read anew on a new connection, from another server, and once a minute in any case.
 */
@ApplicationScoped
class EndedSessionsFeed {
    static final String CHANNEL = "gatehouse_session_ended";

    /** How its connection calls itself in {@code pg_stat_activity}, once it is set up. */
    static final String LISTENING = "gatehouse-ended-sessions-listening";

    static final String POLLING = "gatehouse-ended-sessions-polling";

    private static final Logger LOG = Logger.getLogger(EndedSessionsFeed.class);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(250);
    /** A crowd of notifications makes for one look in this time. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

    private static final Duration FULL_READ = Duration.ofSeconds(10);

    private static final Sql LISTEN = Sql.of("LISTEN " + CHANNEL);

    private static final Sql LOOK = Sql.of("""
            SELECT CAST(pg_postmaster_start_time() AS text), CAST(pg_current_snapshot() AS text),
                CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)
            """);

    private static final Sql ALLOW_FULL_READ = Sql.of("SET LOCAL statement_timeout = " + FULL_READ.toMillis());

    private static final Sql READ_ALL = Sql.of("SELECT id FROM session WHERE ended_in IS NOT NULL LIMIT :limit");

    private static final Sql READ_SINCE = Sql.of("""
            SELECT id FROM session WHERE ended_in >= pg_snapshot_xmin(CAST(:snapshot AS pg_snapshot))
                AND NOT pg_visible_in_snapshot(ended_in, CAST(:snapshot AS pg_snapshot)) LIMIT :limit""");

    private static final int POLLS_PER_FULL_READ = 120;
    private static final int POLLS_PER_FULL_READ_OF_INCOMPLETE_LIST = 20;

    private final EndedSessions endedSessions;
    private final ClockDifference clockDifference;
    private final OwnConnections connections;
    private final boolean listen;
    private final Duration pollInterval;
    private final CountDownLatch stopping = new CountDownLatch(1);

    private volatile @Nullable Look lastLook;
    private volatile @Nullable Connection following;
    private long fullReadNanos;
    private boolean failing;
    private @Nullable Thread reader;

    @Inject
    EndedSessionsFeed(
            EndedSessions endedSessions,
            ClockDifference clockDifference,
            OwnConnections connections,
            SessionConfig config,
            MeterRegistry meters) {
        this(endedSessions, clockDifference, connections, config.listen(), POLL_INTERVAL);
        meters.gauge("gatehouse.ended.sessions.read.age.seconds", this, EndedSessionsFeed::secondsSinceLastLook);
    }

    EndedSessionsFeed(
            EndedSessions endedSessions,
            ClockDifference clockDifference,
            OwnConnections connections,
            boolean listen,
            Duration pollInterval) {
        this.endedSessions = endedSessions;
        this.clockDifference = clockDifference;
        this.connections = connections;
        this.listen = listen;
        this.pollInterval = pollInterval;
    }

    /**
     * What the database was when it was looked at.
     *
     * @param server when it started, by which one server is told from another
     * @param snapshot which transactions were visible, as {@code pg_snapshot}
     */
    private record Look(String server, String snapshot, long nanos) {}

    /** Reads what has ended so far, before the service counts as started, and goes on reading from then on. */
    void start(@Observes Database.Reached event) throws SQLException {
        if (reader != null) {
            return; // The event comes again when another observer has failed.
        }
        try (Connection connection = connections.open()) {
            read(connection);
        }
        reader = Thread.ofPlatform().name("ended-sessions").daemon().start(this::follow);
    }

    void stop(@Observes ShutdownEvent event) throws SQLException {
        stopping.countDown();
        Connection connection = following;
        if (connection != null) {
            connection.abort(Runnable::run);
        }
    }

    private double secondsSinceLastLook() {
        Look look = lastLook;
        return look == null ? Double.NaN : (System.nanoTime() - look.nanos()) / 1e9;
    }

    private void follow() {
        try {
            while (!stopping.await(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                followOnOneConnection();
                clockDifference.report();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void followOnOneConnection() throws InterruptedException {
        try (Connection connection = connections.open()) {
            following = connection;
            lastLook = null;
            if (listen) {
                LISTEN.on(connection).execute();
            }
            connection.setClientInfo("ApplicationName", listen ? LISTENING : POLLING);
            do {
                read(connection);
                succeeded();
                clockDifference.report();
            } while (!awaitNext(connection));
        } catch (SQLException | RuntimeException | Error e) { // Even an Error must not end the reading without a word.
            failed(e);
        } finally {
            following = null;
        }
    }

    private void succeeded() {
        if (failing) {
            LOG.info("ended_sessions=read");
        }
        failing = false;
    }

    /** Logs when the reading begins to fail, and not at every try. */
    private void failed(Throwable fault) {
        if (!failing && stopping.getCount() > 0) {
            LOG.warnf(
                    "ended_sessions=unread effect=\"ends of sessions at other replicas are not known\" reason=%s",
                    DatabaseFaults.type(fault));
            LOG.debug("ended_sessions=unread", fault);
        }
        failing = true;
    }

    /** Waits for a notification or the interval's end. Returns true when the service is stopping. */
    private boolean awaitNext(Connection connection) throws SQLException, InterruptedException {
        if (!listen) {
            return stopping.await(pollInterval.toMillis(), TimeUnit.MILLISECONDS);
        }
        if (stopping.await(SHORTEST_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
            return true;
        }
        connection.unwrap(PGConnection.class).getNotifications((int) pollInterval.toMillis());
        return stopping.getCount() == 0;
    }

    private void read(Connection connection) throws SQLException {
        // First, so that what is committed between the two statements is read now and once more next time.
        Look look = look(connection);
        Look last = lastLook;
        if (last == null || !last.server().equals(look.server()) || isFullReadDue(look)) {
            fullReadNanos = look.nanos();
            endedSessions.take(ended(connection));
        } else if (endedSessions.isComplete()) {
            endedSince(connection, last.snapshot()).forEach(endedSessions::add);
        }
        lastLook = look;
    }

    private boolean isFullReadDue(Look look) {
        int polls = endedSessions.isComplete() ? POLLS_PER_FULL_READ : POLLS_PER_FULL_READ_OF_INCOMPLETE_LIST;
        return look.nanos() - fullReadNanos >= pollInterval.multipliedBy(polls).toNanos();
    }

    /** Measures the difference of the clocks as well. */
    private Look look(Connection connection) {
        long begun = clockDifference.begin();
        return LOOK.on(connection)
                .first(row -> {
                    clockDifference.measured(begun, row.getLong(3));
                    return new Look(row.getString(1), row.getString(2), System.nanoTime());
                })
                .orElseThrow();
    }

    /**
     * All sessions that have ended, and one more at most than the list may hold. Nobody waits for that, and there may be a
     * million; so it has more time than the others' statements, in a transaction, since behind a pooler of those nothing else
     * can be set.
     */
    private List<UUID> ended(Connection connection) throws SQLException {
        int limitBefore = connection.getNetworkTimeout();
        connection.setNetworkTimeout(
                Runnable::run, (int) FULL_READ.plusSeconds(1).toMillis());
        connection.setAutoCommit(false);
        try {
            ALLOW_FULL_READ.on(connection).execute();
            List<UUID> ids = ids(READ_ALL.on(connection));
            connection.commit();
            return ids;
        } finally {
            connection.setAutoCommit(true);
            connection.setNetworkTimeout(Runnable::run, limitBefore);
        }
    }

    /** The sessions that were ended in transactions which a snapshot does not see. */
    private List<UUID> endedSince(Connection connection, String snapshot) {
        return ids(READ_SINCE.on(connection).with("snapshot", snapshot));
    }

    private List<UUID> ids(Sql.Call query) {
        return query.with("limit", endedSessions.limit() + 1).list(row -> row.getObject(1, UUID.class));
    }
}
