package dev.gatehouse.throttle;

import dev.gatehouse.platform.DatabaseAway;
import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;

/** Removes rows that say nothing any more, in small transactions, on every replica. */
@Singleton
class ThrottleSweeper {
    private static final int BATCH = 500;

    private final ThrottleTable table;

    ThrottleSweeper(ThrottleTable table) {
        this.table = table;
    }

    @Scheduled(
            every = "60s",
            identity = "throttle-sweeper",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = DatabaseAway.class)
    void sweep() {
        int removed;
        do {
            removed = table.removeExpired(BATCH);
        } while (removed == BATCH);
    }
}
