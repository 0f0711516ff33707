package dev.gatehouse.session;

import dev.gatehouse.platform.DatabaseAway;
import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;

/** Removes sessions that nobody needs any more, in small transactions, on every replica. */
@Singleton
class SessionSweeper {
    private static final int BATCH = 500;

    private final Sessions sessions;

    SessionSweeper(Sessions sessions) {
        this.sessions = sessions;
    }

    @Scheduled(
            every = "10s",
            identity = "session-sweeper",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = DatabaseAway.class)
    void sweep() {
        int due;
        do {
            due = sessions.sweep(BATCH);
        } while (due == BATCH);
    }
}
