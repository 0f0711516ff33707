package dev.gatehouse.session;

import dev.gatehouse.database.Sql;
import dev.gatehouse.key.TokenLifetimes;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * The sessions that have ended, as this replica knows them. Its own are in the list at once, those of other replicas when
 * {@link EndedSessionsFeed} has read them. The list holds a session while an access token of it can be valid.
 *
 * <p>A clock that is set back makes expired access tokens valid again, also those of sessions that the list and the table no longer
 * hold. So the list proves nothing while this replica's clock is behind the database's ({@link ClockDifference}).
 */
@ApplicationScoped
public class EndedSessions {
    private static final Logger LOG = Logger.getLogger(EndedSessions.class);

    /**
     * How much longer than an access token can live its ended session is remembered. The clock of the replica that issued the token may
     * be ahead by {@link ClockDifference#TOLERATED}, and the clock of the replica that checks the token behind by as much. A
     * third part covers what lies between two measurements.
     */
    private static final Duration MARGIN = ClockDifference.TOLERATED.multipliedBy(3);

    private static final Sql FIND_LIVE = Sql.of("""
            SELECT 1 FROM session WHERE id = :id AND ended_at IS NULL
                AND LEAST(idle_limit, absolute_limit) > clock_timestamp()
            """);

    private final Duration remembered;
    private final int limit;
    private final Clock clock;
    private final ClockDifference clockDifference;
    private final DataSource pool;
    /** Each session and until when an access token of it might be accepted. */
    private final Map<UUID, Instant> untilById = new ConcurrentHashMap<>();

    private volatile boolean complete = true;

    @Inject
    EndedSessions(
            SessionConfig config,
            TokenLifetimes lifetimes,
            Clock clock,
            ClockDifference clockDifference,
            DataSource pool,
            MeterRegistry meters) {
        this(lifetimes.accessTokenWithLeeway(), config.endedLimit(), clock, clockDifference, pool);
        meters.gauge("gatehouse.ended.sessions", this, EndedSessions::size);
        meters.gauge("gatehouse.ended.sessions.complete", this, list -> list.isComplete() ? 1 : 0);
    }

    EndedSessions(Duration tokenLife, int limit, Clock clock, ClockDifference clockDifference, DataSource pool) {
        this.remembered = tokenLife.plus(MARGIN);
        this.limit = limit;
        this.clock = clock;
        this.clockDifference = clockDifference;
        this.pool = pool;
    }

    /**
     * Returns true if the session is known to have ended. False proves that it has not only if {@link #isReliable} was true before this
     * call.
     */
    public boolean contains(UUID sessionId) {
        return untilById.containsKey(sessionId);
    }

    /**
     * Returns true if the list holds every ended session of which this replica could accept an access token. Otherwise {@link #ask}
     * decides.
     */
    public boolean isReliable() {
        return complete && !clockDifference.isBehind();
    }

    /** Returns true if every ended session of the last full read found room in the list. */
    boolean isComplete() {
        return complete;
    }

    /**
     * Asks the database whether a session has ended. A session without a row has. Blocks.
     *
     * @throws DatabaseException if the database does not answer
     */
    @Transactional
    public boolean ask(UUID sessionId) {
        return FIND_LIVE
                .on(pool)
                .with("id", sessionId)
                .first(row -> row.getInt(1))
                .isEmpty();
    }

    /** How long an ended session is remembered, here and in its row. */
    Duration remembered() {
        return remembered;
    }

    int size() {
        return untilById.size();
    }

    int limit() {
        return limit;
    }

    /** Takes a session into the list, or where that is full notes that it is not complete. */
    synchronized void add(UUID sessionId) {
        if (!hold(sessionId)) {
            completed(false);
        }
    }

    /**
     * Takes the result of a full read. The list is complete from then on if every id finds room. An entry is forgotten only here, if it
     * has expired and its row is gone.
     *
     * @param all the ended sessions in the database, or one more than the list may hold
     */
    synchronized void take(Collection<UUID> all) {
        forgetExpiredBut(all);
        completed(all.stream().allMatch(this::hold));
    }

    /** Returns false when there is no room. */
    private boolean hold(UUID sessionId) {
        if (!untilById.containsKey(sessionId)) {
            if (untilById.size() >= limit) {
                return false;
            }
            untilById.put(sessionId, clock.instant().plus(remembered));
        }
        return true;
    }

    private void completed(boolean now) {
        if (complete && !now) {
            LOG.warnf("ended_sessions=overflow limit=%d effect=\"each check of an access token costs a query\"", limit);
        } else if (!complete && now) {
            LOG.infof("ended_sessions=complete size=%d", untilById.size());
        }
        complete = now;
    }

    /**
     * An expired entry that is still in the table never leaves the list: its access tokens must not be valid for a moment. An entry that
     * was made while the clock was ahead expires as if it were made now.
     */
    private void forgetExpiredBut(Collection<UUID> all) {
        Instant now = clock.instant();
        Instant latest = now.plus(remembered);
        Set<UUID> kept = new HashSet<>(all);
        untilById.entrySet().removeIf(entry -> !entry.getValue().isAfter(now) && !kept.contains(entry.getKey()));
        untilById.replaceAll((id, until) -> until.isAfter(latest) ? latest : until);
    }
}
