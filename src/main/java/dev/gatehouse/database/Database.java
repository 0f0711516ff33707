package dev.gatehouse.database;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.ScheduledExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Watches the database from a thread of its own, so that the service starts without it: tries until it is there,
 * migrates it, lets the features read what they need, and from then on asks it every second whether it still answers.
 */
@ApplicationScoped
public class Database {
    private static final Logger LOG = Logger.getLogger(Database.class);

    private static final Sql IS_READ_ONLY = Sql.of("SELECT current_setting('transaction_read_only') = 'on'");

    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);
    /** Recovery is noticed within this time and one connect; so it stays below the 3 s that are promised. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    /** How old the last answer may be for the service to count as ready. */
    private static final Duration FRESH = Duration.ofSeconds(3);

    private final String url;
    private final AgroalDataSource dataSource;
    private final OwnConnections connections;
    private final DatabaseSchema schema;
    private final Event<Reached> reachedEvent;
    private final Event<Probed> probedEvent;
    private final CountDownLatch stopping = new CountDownLatch(1);

    private volatile boolean reached;
    private volatile long lastAnswerNanos;
    private volatile boolean answering;
    private volatile String missingRights = "";
    private Duration wait = SHORTEST_WAIT;
    private @Nullable String lastFault;
    private @Nullable String lastObserverFault;
    private @Nullable Connection probing;

    Database(
            AgroalDataSource dataSource,
            OwnConnections connections,
            Flyway configuredFlyway,
            Event<Reached> reachedEvent,
            Event<Probed> probedEvent,
            DatabaseConfig config) {
        this.url = config.url().orElseThrow(); // The start has judged it.
        this.dataSource = dataSource;
        this.connections = connections;
        this.schema = new DatabaseSchema(configuredFlyway, connections);
        this.reachedEvent = reachedEvent;
        this.probedEvent = probedEvent;
    }

    void start(@Observes StartupEvent event) {
        Thread.ofPlatform().name("database-watch").daemon().start(this::watch);
    }

    void stop(@Observes ShutdownEvent event) {
        stopping.countDown();
    }

    /** Whether schema and keys have been read once since the start; stays true when the database goes away. */
    public boolean hasBeenReached() {
        return reached;
    }

    /** Returns the rights that the service's role lacked when they were looked at last, separated by commas, or an empty text. */
    public String missingRights() {
        return missingRights;
    }

    /**
     * Returns true if a query reached the database within the last seconds, its schema is current, and the role lacks no right
     * there. May be true before {@link #hasBeenReached}.
     */
    public boolean isAnswering() {
        return answering && System.nanoTime() - lastAnswerNanos < FRESH.toNanos();
    }

    private void watch() {
        try {
            do {
                look();
            } while (!stopping.await(wait.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stopProbing();
        }
    }

    private void look() {
        Connection connection;
        try {
            connection = connection();
            if (!reached) {
                prepare(connection);
            }
            requireWritable(connection);
            List<String> missing = DatabaseRights.missing(connection, schema.history());
            if (missing.isEmpty()) {
                answered();
            } else {
                failed(new MissingRightsException(missing));
            }
        } catch (Throwable e) { // Even an Error must not end the watch, and with it the service, without a word.
            stopProbing();
            failed(e);
            return;
        }
        notifyObservers(connection);
    }

    /** Rights are looked at twice: before the migration, which may need them, and on the tables that it has made. */
    private void prepare(Connection connection) throws SQLException {
        DatabaseSchema.require(DatabaseRights.missing(connection, schema.history()));
        schema.migrate(connection);
        DatabaseSchema.require(DatabaseRights.missing(connection, schema.history()));
    }

    /** Whatever an observer throws, the database answers. If the database is the reason after all, the next look finds it. */
    private void notifyObservers(Connection connection) {
        try {
            if (!reached && answering) {
                Reached event = new Reached();
                reachedEvent.fire(event);
                reached = !event.isPostponed();
            }
            if (reached) {
                probedEvent.fire(new Probed(connection));
            }
            lastObserverFault = null;
        } catch (Throwable e) { // An Error of an observer must not end the watch either.
            stopProbing(); // The observer may have left it in the middle of something.
            observerFailed(e);
        }
    }

    /** Logs a fault when it begins and when its reason changes, not at every try. */
    private void observerFailed(Throwable fault) {
        String reason = reason(fault);
        if (stopping.getCount() > 0 && !reason.equals(lastObserverFault)) {
            LOG.warnf("%s reason=%s", reached ? "probe=failed" : "start=failed", reason);
            LOG.debug("observer of the database", fault);
        }
        lastObserverFault = reason;
    }

    /** On a connection of its own: a busy pool is not an outage. */
    private Connection connection() throws SQLException {
        Connection connection = probing == null || probing.isClosed() ? connections.open() : probing;
        probing = connection;
        return connection;
    }

    /**
     * A server that only reads, as one does that was the primary before a fail-over, is of no use; the next try may be led to
     * another.
     */
    private static void requireWritable(Connection connection) throws SQLException {
        if (IS_READ_ONLY.on(connection).first(row -> row.getBoolean(1)).orElseThrow()) {
            throw new SQLException("the server is read-only");
        }
    }

    private void stopProbing() {
        Connection connection = probing;
        probing = null;
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("database=unavailable", e); // It was broken already.
            }
        }
    }

    private void answered() {
        lastAnswerNanos = System.nanoTime();
        if (!answering) {
            LOG.info("database=answering");
            // Those that were made meanwhile may lead to the server that was of no use.
            dataSource.flush(AgroalDataSource.FlushMode.GRACEFUL);
        }
        answering = true;
        missingRights = "";
        lastFault = null;
        wait = PROBE_INTERVAL;
    }

    /**
     * Logs an outage when it begins and when its reason changes, not at every try. The pool's connections go, those in use
     * when they are given back: after a restart of the server each would cost a call its answer, after a fail-over many.
     * Where only a right is missing they are as good as new ones.
     */
    private void failed(Throwable fault) {
        if (stopping.getCount() == 0) {
            return;
        }
        answering = false;
        Optional<String> refused = refusedRight(fault);
        missingRights = refused.orElse("");
        if (refused.isEmpty()) {
            dataSource.flush(AgroalDataSource.FlushMode.GRACEFUL);
        }
        String reason = refused.map("the role lacks "::concat).orElseGet(() -> reason(fault));
        if (!reason.equals(lastFault)) {
            LOG.warnf("database=unavailable reached=%s reason=%s%s", reached, reason, advice(fault));
            LOG.debug("database=unavailable", fault);
        }
        lastFault = reason;
        Duration doubled = wait.multipliedBy(2);
        wait = doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
    }

    /** What was found to be missing; or what the server said when a statement or a connection was refused. */
    private static Optional<String> refusedRight(Throwable fault) {
        return fault instanceof MissingRightsException
                ? Optional.ofNullable(fault.getMessage())
                : DatabaseFaults.find(fault, DatabaseFaults.INSUFFICIENT_PRIVILEGE)
                        .map(refused -> "a right: " + refused.getMessage());
    }

    private String advice(Throwable fault) {
        boolean wrongPassword =
                DatabaseFaults.find(fault, DatabaseFaults.INVALID_PASSWORD).isPresent();
        return wrongPassword && !reached
                ? " advice=\"a Postgres image sets the password only when its volume is empty, so an older volume has another"
                        + " one; see 'A password that the database refuses' in docs/operations.md\""
                : "";
    }

    /** The first cause, after the name of a migration that failed. Without the URL, which may carry a password. */
    private String reason(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String reason = root.getClass().getSimpleName() + ": " + root.getMessage();
        String migration = fault instanceof FlywayException && fault.getCause() != null
                ? String.valueOf(fault.getMessage()).lines().findFirst().orElse("") + ": "
                : "";
        return (migration + reason).replace(url, "[url]").replaceAll("\\s+", " ");
    }

    /**
     * Fired once after start, in the thread that watches the database, as soon as that has been reached and its schema is
     * current. An observer reads what its feature cannot answer without. If one throws or {@linkplain #postpone() postpones}, all
     * are called again later. Until then calls are refused with {@code CommonProblem.STARTING}.
     */
    public static final class Reached {
        private volatile boolean postponed;

        /** Keeps the service from answering until the event is fired again. The observer logs the reason. */
        public void postpone() {
            postponed = true;
        }

        /** Returns true if an observer has postponed the start. */
        public boolean isPostponed() {
            return postponed;
        }
    }

    /**
     * Fired each second while the database answers, in the thread that watches it, after {@link Reached}. An observer
     * may read what it must know of soon. It is quick and does not throw, since others wait for it. What it throws is logged.
     *
     * @param connection the watch's own, in auto-commit mode
     */
    public record Probed(Connection connection) {}

    /** Holds scheduled work back while the database does not answer. */
    @Singleton
    public static class SkipWhileDown implements Scheduled.SkipPredicate {
        private final Database database;

        SkipWhileDown(Database database) {
            this.database = database;
        }

        @Override
        public boolean test(ScheduledExecution execution) {
            return !database.hasBeenReached() || !database.isAnswering();
        }
    }
}
