package dev.gatehouse.account;

import dev.gatehouse.database.DatabaseProbed;
import dev.gatehouse.database.DatabaseReached;
import dev.gatehouse.database.OwnConnections;
import dev.gatehouse.password.Passwords;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/** Looks up how dear the dearest stored hash is, at a start and then every half minute. */
@Singleton
class StoredCosts {
    private static final Logger LOG = Logger.getLogger(StoredCosts.class);

    /** Probes come once a second. */
    private static final int PROBES_BETWEEN = 30;

    private final Passwords passwords;
    private final OwnConnections connections;
    private int probes;

    StoredCosts(Passwords passwords, OwnConnections connections) {
        this.passwords = passwords;
        this.connections = connections;
    }

    void start(@Observes DatabaseReached event) throws SQLException {
        try (Connection connection = connections.open()) {
            read(connection);
        }
    }

    void follow(@Observes DatabaseProbed probe) {
        probes++;
        if (probes % PROBES_BETWEEN == 0) {
            try {
                read(probe.connection());
            } catch (SQLException e) {
                LOG.warnf("password_costs=unread reason=%s", e.getClass().getSimpleName());
            }
        }
    }

    private void read(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT COALESCE(max(password_cost), 0) FROM account WHERE password_cost <= ?")) {
            query.setInt(1, Passwords.MAX_COST);
            try (ResultSet result = query.executeQuery()) {
                result.next();
                passwords.evenOutTo(result.getInt(1));
            }
        }
    }
}
