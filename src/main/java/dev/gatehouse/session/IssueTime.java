package dev.gatehouse.session;

import dev.gatehouse.database.Sql;
import dev.gatehouse.problem.NotReadyException;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Judges when the access token of a session is issued, by this replica's clock, in the transaction that begins or refreshes the
 * session. So nothing is committed for a session of which this replica cannot issue an access token.
 */
@Singleton
class IssueTime {
    private static final Logger LOG = Logger.getLogger(IssueTime.class);
    private static final long NANOS_BETWEEN_WARNINGS = TimeUnit.MINUTES.toNanos(1);

    private static final Sql NOTE_TOKENS_UNTIL = Sql.of("""
            UPDATE session SET tokens_until = GREATEST(tokens_until, to_timestamp(:until))
            WHERE id = :id AND ended_at IS NULL
            RETURNING 1
            """);

    private final Clock clock;
    private final ClockDifference clockDifference;
    private final EndedSessions endedSessions;
    private final DataSource pool;
    private final AtomicLong warnedNanos = new AtomicLong(System.nanoTime() - NANOS_BETWEEN_WARNINGS);

    IssueTime(Clock clock, ClockDifference clockDifference, EndedSessions endedSessions, DataSource pool) {
        this.clock = clock;
        this.clockDifference = clockDifference;
        this.endedSessions = endedSessions;
        this.pool = pool;
    }

    /** Returns this replica's time, the {@code iat} of an access token that is issued now. */
    Instant now() {
        return clock.instant();
    }

    /**
     * Returns true if an access token of the session can be issued. False in the last seconds of the session by the database's clock,
     * where {@code exp} would not lie after {@code iat}, and if the session has ended since its row was read.
     *
     * @throws NotReadyException if this replica's clock is so far ahead that {@code exp} would not lie after {@code iat}
     */
    boolean suits(LiveSession session) {
        if (session.absoluteLimit().getEpochSecond() <= session.issuedAt().getEpochSecond()) {
            refuseIfAhead(session);
            return false;
        }
        return !clockDifference.isAhead() || noteTokensUntil(session);
    }

    /**
     * Refuses a new session of which no access token can be issued. A new session is not in its last seconds.
     *
     * @throws NotReadyException if this replica's clock is so far ahead that {@code exp} would not lie after {@code iat}
     */
    void requireSuited(LiveSession opened) {
        if (!suits(opened)) {
            throw refused();
        }
    }

    private void refuseIfAhead(LiveSession session) {
        Instant databaseNow = session.issuedAt().minus(clockDifference.ahead());
        Duration left = Duration.between(databaseNow, session.absoluteLimit());
        if (left.compareTo(ClockDifference.TOLERATED) > 0) {
            throw refused();
        }
    }

    /**
     * Notes in the row until when an access token of a clock that is ahead can be accepted. Otherwise the row of the session could be
     * swept, once the session has ended, before the token expires.
     */
    private boolean noteTokensUntil(LiveSession session) {
        Instant until = session.issuedAt().plus(endedSessions.remembered());
        return NOTE_TOKENS_UNTIL
                .on(pool)
                .with("id", session.id())
                .with("until", until.toEpochMilli() / 1000.0)
                .first(row -> row.getInt(1))
                .isPresent();
    }

    private NotReadyException refused() {
        long before = warnedNanos.get();
        long now = System.nanoTime();
        if (now - before >= NANOS_BETWEEN_WARNINGS && warnedNanos.compareAndSet(before, now)) {
            LOG.warnf(
                    "token=refused reason=\"the clock of this machine is %d s ahead of the database's, so the access token would"
                            + " expire before it is issued\"",
                    clockDifference.ahead().toSeconds());
        }
        return new NotReadyException();
    }
}
