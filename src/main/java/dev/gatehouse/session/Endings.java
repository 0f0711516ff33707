package dev.gatehouse.session;

import dev.gatehouse.database.AfterCommit;
import dev.gatehouse.database.Sql;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Runs statements that end sessions, and makes the ends known. Such a statement removes what the row tells of its user. The row itself
 * stays while access tokens of the session can live, because replicas read there which sessions have ended.
 */
@Singleton
class Endings {
    private final EndedSessions endedSessions;
    private final ClockDifference clockDifference;
    private final AfterCommit afterCommit;

    Endings(EndedSessions endedSessions, ClockDifference clockDifference, AfterCommit afterCommit) {
        this.endedSessions = endedSessions;
        this.clockDifference = clockDifference;
        this.afterCommit = afterCommit;
    }

    /** A session that a statement has ended. */
    record Ended(UUID id, UUID account) {}

    /**
     * Ends sessions in the running transaction. This replica knows them as ended after the commit.
     *
     * @param call of a statement that takes {@code reason}, {@code remembered}, {@code ahead} and {@code channel}, and returns the id
     *     and the account of each session that it ended
     */
    List<Ended> end(EndReason reason, Sql.Call call) {
        List<Ended> ended = call.with("reason", reason.stored())
                .with("remembered", endedSessions.remembered())
                .with("ahead", clockDifference.isAhead() ? clockDifference.ahead() : Duration.ZERO)
                .with("channel", EndedSessionsFeed.CHANNEL)
                .list(row -> new Ended(row.getObject(1, UUID.class), row.getObject(2, UUID.class)));
        if (!ended.isEmpty()) {
            afterCommit.run(() -> ended.forEach(one -> endedSessions.add(one.id())));
        }
        return ended;
    }
}
