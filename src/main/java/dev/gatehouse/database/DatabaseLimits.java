package dev.gatehouse.database;

import io.agroal.api.AgroalPoolInterceptor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * How long anything waits for an answer of Postgres. The pool's wait for a connection, this and a margin make the 2 seconds
 * within which a call is told that the database is away. Postgres' own limits, which let it go on, are a little shorter, so
 * that a slow statement costs no connection; they stand beside the other settings of the driver.
 */
@Singleton
class DatabaseLimits implements AgroalPoolInterceptor {
    /** The driver's {@code socketTimeout} knows whole seconds only; it holds until this does, while a connection is made. */
    static final Duration ANSWER = Duration.ofMillis(900);

    private final Duration answer;

    @Inject
    DatabaseLimits() {
        this(ANSWER);
    }

    DatabaseLimits(Duration answer) {
        this.answer = answer;
    }

    @Override
    public void onConnectionCreate(Connection connection) {
        try {
            limit(connection, answer);
        } catch (SQLException e) {
            throw new IllegalStateException("a connection broke while it was set up", e);
        }
    }

    static void limit(Connection connection, Duration answer) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, (int) answer.toMillis());
    }
}
