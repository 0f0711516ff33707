package dev.gatehouse.database;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * A transaction of a few statements on a connection of the pool, for classes that know when it ends. It costs no round trip of its
 * own: the driver sends {@code BEGIN} with the first statement, and a last statement made by {@link #committing} commits. What
 * has not been committed is rolled back by {@link #close}. No transaction of JTA may be active. For use by one thread.
 */
public final class Transaction implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Transaction.class);

    private final Connection connection;

    private Transaction(Connection connection) {
        this.connection = connection;
    }

    /**
     * Takes a connection.
     *
     * @throws DatabaseException if none is free
     */
    public static Transaction begin(DataSource pool) {
        try {
            Transaction transaction = new Transaction(pool.getConnection());
            try {
                transaction.connection.setAutoCommit(false);
                return transaction;
            } catch (SQLException | RuntimeException e) {
                transaction.connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new DatabaseException(e);
        }
    }

    /** Parses a statement that commits its transaction as well, in the same round trip. */
    public static Sql committing(String text) {
        return Sql.of(text + "; COMMIT");
    }

    Connection connection() {
        return connection;
    }

    /** Rolls back what has not been committed, and gives the connection back. */
    @Override
    public void close() {
        try (connection) {
            connection.rollback(); // The driver sends nothing if the server has no transaction.
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            LOG.debug("transaction=broken", e); // The statement that broke it has thrown; the server rolls back.
        }
    }
}
