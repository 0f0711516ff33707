package dev.gatehouse.session;

import dev.gatehouse.database.AfterCommit;
import dev.gatehouse.database.Sql;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/**
 * Runs statements that end sessions, and makes the ends known. Such a statement removes what the row tells of its user. The row itself
 * stays while access tokens of the session can live, because replicas read there which sessions have ended.
 */
@Singleton
class Endings {
    private final EndedSessions endedSessions;
    private final Clock clock;
    private final AfterCommit afterCommit;

    Endings(EndedSessions endedSessions, Clock clock, AfterCommit afterCommit) {
        this.endedSessions = endedSessions;
        this.clock = clock;
        this.afterCommit = afterCommit;
    }

    /** A session that a statement has ended. */
    record Ended(UUID id, UUID account) {}

    /**
     * Ends sessions in the running transaction. This replica knows them as ended after the commit.
     *
     * @param call of a statement that takes {@code reason}, {@code remembered}, {@code replicaNow} and {@code channel}, and returns the id
     *     and the account of each session that it ended. {@code replicaNow} is this replica's clock in seconds since 1970. If it is ahead of
     *     the database's by over a minute, the end is remembered by it
     */
    List<Ended> end(EndReason reason, Sql.Call call) {
        List<Ended> ended = call.with("reason", reason.stored())
                .with("remembered", endedSessions.remembered())
                .with("replicaNow", clock.millis() / 1000.0)
                .with("channel", EndedSessionsFeed.CHANNEL)
                .list(row -> new Ended(row.getObject(1, UUID.class), row.getObject(2, UUID.class)));
        if (!ended.isEmpty()) {
            afterCommit.run(() -> ended.forEach(one -> endedSessions.add(one.id())));
        }
        return ended;
    }
}
