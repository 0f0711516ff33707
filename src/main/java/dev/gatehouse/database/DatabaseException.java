package dev.gatehouse.database;

import java.sql.SQLException;

/**
 * A statement failed, or no connection was free to run it. The cause is the exception of the driver or the pool. The message
 * has the statement without the values of its parameters.
 */
public final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DatabaseException(Sql sql, SQLException cause) {
        super("cannot run " + sql, cause);
    }

    /** No connection for a transaction. */
    DatabaseException(SQLException cause) {
        super("cannot begin a transaction", cause);
    }

    /** Returns true if the fault is the pool's, usually because no connection was free in time. The exceptions of the pool have no SQLSTATE. */
    public boolean isPoolBusy() {
        return getCause() instanceof SQLException cause && cause.getSQLState() == null;
    }
}
