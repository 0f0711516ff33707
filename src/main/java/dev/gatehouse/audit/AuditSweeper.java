package dev.gatehouse.audit;

import dev.gatehouse.platform.DatabaseAway;
import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;

/** Removes events whose retention is over, in small transactions, on every replica. */
@Singleton
class AuditSweeper {
    private static final int BATCH = 500;

    private final AuditLog auditLog;
    private final AuditConfig config;

    AuditSweeper(AuditLog auditLog, AuditConfig config) {
        this.auditLog = auditLog;
        this.config = config;
    }

    @Scheduled(
            every = "60s",
            identity = "audit-sweeper",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = DatabaseAway.class)
    void sweep() {
        int removed;
        do {
            removed = auditLog.removeOlderThan(config.retention(), BATCH);
        } while (removed == BATCH);
    }
}
