package dev.gatehouse.database;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.ScheduledExecution;
import jakarta.inject.Singleton;

/** Holds scheduled work back while the database does not answer. */
@Singleton
public class DatabaseAway implements Scheduled.SkipPredicate {
    private final Database database;

    DatabaseAway(Database database) {
        this.database = database;
    }

    @Override
    public boolean test(ScheduledExecution execution) {
        return !database.isAnswering();
    }
}
