package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Lets a test hold a call where it waits for a lock. */
public final class Locks {
    /** bcrypt of "another password", cost 4. */
    public static final String OTHER_HASH = "$2b$04$XwITJbymaBNkK93.3xf55e.zCOyabYWA1mphW/6mYhLQe3D24ll0q";

    private Locks() {}

    /** Makes a call, and commits a change after the call has come to wait for it. */
    public static Answer callWhile(Sql sql, String change, Supplier<Answer> call, Object... parameters)
            throws Exception {
        ExecutorService client = Executors.newSingleThreadExecutor();
        try (Connection operator = sql.open()) {
            operator.setAutoCommit(false);
            Sql.update(operator, change, parameters);
            Future<Answer> answer = client.submit(call::get);
            awaitWaiterFor(operator, sql, answer);
            operator.commit();
            return answer.get(30, TimeUnit.SECONDS);
        } finally {
            client.shutdownNow();
        }
    }

    /** Returns once something waits for what this connection's transaction holds; the call must not be done by then. */
    public static void awaitWaiterFor(Connection holder, Sql sql, Future<?> call) throws SQLException {
        int pid = pid(holder);
        Await.until(() -> {
            assertThat(call.isDone()).as("the call must come to wait").isFalse();
            return sql.number("SELECT count(*) FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid))", pid) > 0;
        });
    }

    private static int pid(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT pg_backend_pid()");
                ResultSet result = query.executeQuery()) {
            result.next();
            return result.getInt(1);
        }
    }
}
