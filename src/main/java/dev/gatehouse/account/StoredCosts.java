package dev.gatehouse.account;

import dev.gatehouse.database.Database;
import dev.gatehouse.database.DatabaseException;
import dev.gatehouse.database.DatabaseFaults;
import dev.gatehouse.database.OwnConnections;
import dev.gatehouse.database.Sql;
import dev.gatehouse.password.Passwords;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/** Looks up how dear the dearest stored hash is, at a start and then every half minute. */
@Singleton
class StoredCosts {
    private static final Logger LOG = Logger.getLogger(StoredCosts.class);

    private static final Sql HIGHEST =
            Sql.of("SELECT COALESCE(max(password_cost), 0) FROM account WHERE password_cost <= :max");

    /** Probes come once a second. */
    private static final int PROBES_BETWEEN = 30;

    private final Passwords passwords;
    private final OwnConnections connections;
    private int probes;

    StoredCosts(Passwords passwords, OwnConnections connections) {
        this.passwords = passwords;
        this.connections = connections;
    }

    void start(@Observes Database.Reached event) throws SQLException {
        try (Connection connection = connections.open()) {
            read(connection);
        }
    }

    void follow(@Observes Database.Probed probe) {
        probes++;
        if (probes % PROBES_BETWEEN == 0) {
            try {
                read(probe.connection());
            } catch (DatabaseException e) {
                LOG.warnf("password_costs=unread reason=%s", DatabaseFaults.type(e));
            }
        }
    }

    private void read(Connection connection) {
        passwords.evenOutTo(HIGHEST.on(connection)
                .with("max", Passwords.MAX_COST)
                .first(row -> row.getInt(1))
                .orElseThrow());
    }
}
