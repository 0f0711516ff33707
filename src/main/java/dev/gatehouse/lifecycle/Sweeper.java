package dev.gatehouse.lifecycle;

import dev.gatehouse.database.Database;
import io.quarkus.arc.All;
import io.quarkus.arc.ClientProxy;
import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/** Removes what has expired, in small transactions, on every replica. */
@Singleton
class Sweeper {
    private static final Logger LOG = Logger.getLogger(Sweeper.class);

    private static final int BATCH = 500;

    private final List<SweptTable> tables;
    private final Shutdown shutdown;

    Sweeper(@All List<SweptTable> tables, Shutdown shutdown) {
        this.tables = tables;
        this.shutdown = shutdown;
    }

    @Scheduled(
            every = "5s",
            identity = "sweeper",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Database.SkipWhileDown.class)
    void sweep() {
        tables.forEach(this::sweep);
    }

    /** A table that cannot be swept must not keep the others from it. */
    private void sweep(SweptTable table) {
        try {
            int due = BATCH;
            while (due == BATCH && shutdown.admit()) {
                try {
                    due = table.sweep(BATCH);
                } finally {
                    shutdown.release();
                }
            }
        } catch (RuntimeException e) { // A fault in one table must not keep the others from being swept.
            LOG.warnf(
                    "swept=not table=%s reason=%s",
                    ClientProxy.unwrap(table).getClass().getSimpleName(), e.getMessage());
            LOG.debug("swept=not", e);
        }
    }
}
