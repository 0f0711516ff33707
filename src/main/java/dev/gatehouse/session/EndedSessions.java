package dev.gatehouse.session;

import dev.gatehouse.database.Sql;
import dev.gatehouse.key.AccessTokenLife;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * The sessions that have ended, as this replica knows them: its own at once, the others' as {@link EndedSessionsFeed}
 * reads them. Each is held while an access token of it can live, which is judged by the same clock as the tokens'
 * {@code exp}, so that a clock that is set back sets both back.
 */
@ApplicationScoped
public class EndedSessions {
    private static final Logger LOG = Logger.getLogger(EndedSessions.class);

    /** By how much longer than a token can live an ended session is remembered, for the clocks' sake. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final Sql FIND_LIVE = Sql.of("SELECT 1 FROM session WHERE id = :id AND ended_at IS NULL");

    private final Duration remembered;
    private final int limit;
    private final Clock clock;
    private final DataSource pool;
    private final Set<UUID> ids = ConcurrentHashMap.newKeySet();
    private final Deque<Held> oldestFirst = new ArrayDeque<>();
    private volatile boolean complete = true;

    @Inject
    EndedSessions(SessionConfig config, AccessTokenLife tokenLife, Clock clock, DataSource pool, MeterRegistry meters) {
        this(tokenLife.longest(), config.endedLimit(), clock, pool);
        meters.gauge("gatehouse.ended.sessions", this, EndedSessions::size);
        meters.gauge("gatehouse.ended.sessions.complete", this, list -> list.isComplete() ? 1 : 0);
    }

    EndedSessions(Duration tokenLife, int limit, Clock clock, DataSource pool) {
        this.remembered = tokenLife.plus(MARGIN);
        this.limit = limit;
        this.clock = clock;
        this.pool = pool;
    }

    /** A session and until when an access token of it might be accepted. */
    private record Held(UUID id, Instant until) {}

    /** Whether the list holds a session. Where it does not, it has not ended if the list was complete before. */
    public boolean contains(UUID sessionId) {
        return ids.contains(sessionId);
    }

    /** Whether every ended session is in the list; when not, {@link #ask} knows about those that are missing. */
    public boolean isComplete() {
        return complete;
    }

    /** Asks the database whether a session has ended. Blocks. */
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
        return ids.size();
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
     * Takes these into the list, which are all that have ended, or more than it may hold; it is complete from then on if
     * they find room. Only here is anything forgotten: what a clock that jumps ahead drops is among these again.
     */
    synchronized void take(Collection<UUID> all) {
        forgetUntil(clock.instant());
        completed(all.stream().allMatch(this::hold));
    }

    /** Returns false when there is no room. */
    private boolean hold(UUID sessionId) {
        if (!ids.contains(sessionId)) {
            if (ids.size() >= limit) {
                return false;
            }
            ids.add(sessionId);
            oldestFirst.add(new Held(sessionId, clock.instant().plus(remembered)));
        }
        return true;
    }

    private void completed(boolean now) {
        if (complete && !now) {
            LOG.warnf("ended_sessions=overflow limit=%d effect=\"each check of an access token costs a query\"", limit);
        } else if (!complete && now) {
            LOG.infof("ended_sessions=complete size=%d", ids.size());
        }
        complete = now;
    }

    private void forgetUntil(Instant now) {
        while (!oldestFirst.isEmpty() && !oldestFirst.getFirst().until().isAfter(now)) {
            ids.remove(oldestFirst.removeFirst().id());
        }
    }
}
