package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Lets a test hold a call where it waits for a lock. */
public final class Locks {
    private Locks() {}

    /** Returns once something waits for what this connection's transaction holds; the call must not be done by then. */
    public static void awaitWaiterFor(Connection holder, Sql sql, Future<?> call) throws SQLException {
        int pid = pid(holder);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (sql.number("SELECT count(*) FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid))", pid) == 0) {
            assertThat(call.isDone()).as("the call must come to wait").isFalse();
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static int pid(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT pg_backend_pid()");
                ResultSet result = query.executeQuery()) {
            result.next();
            return result.getInt(1);
        }
    }
}
