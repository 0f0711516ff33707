package dev.gatehouse.database;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionFactoryConfiguration;
import io.agroal.api.configuration.supplier.AgroalConnectionFactoryConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.pool.ConnectionFactory;
import io.agroal.pool.DataSource;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Opens connections to Postgres beside the pool of the calls, for the service's own work, so that neither waits for the
 * other. They are made with that pool's settings.
 */
@Singleton
public class OwnConnections {
    private static final Duration ACQUISITION_TIMEOUT = Duration.ofSeconds(2);

    /** How many Flyway takes. */
    private static final int MIGRATING = 3;

    /**
     * What a migration may take for a statement, which can be one that rewrites a table; but not for a lock, in front of which
     * all calls of other replicas would queue up: it is tried again instead.
     */
    private static final Duration MIGRATION_STATEMENT = Duration.ofMinutes(10);

    private static final String MIGRATION_LIMITS = "-c statement_timeout=" + MIGRATION_STATEMENT.toMillis()
            // Flyway's lock is held by a transaction that does nothing while others migrate.
            + " -c lock_timeout=1000 -c idle_in_transaction_session_timeout=0";

    private final AgroalConnectionFactoryConfiguration settings;
    private final ConnectionFactory factory;

    OwnConnections(AgroalDataSource dataSource) {
        settings = dataSource.getConfiguration().connectionPoolConfiguration().connectionFactoryConfiguration();
        factory = new ConnectionFactory(settings);
    }

    /**
     * A new connection in auto-commit mode, which the caller closes. Blocks while it connects, a few seconds at most.
     *
     * @throws SQLException when there is none to be had
     */
    public Connection open() throws SQLException {
        Connection connection = factory.createConnection().getConnection();
        DatabaseLimits.limit(connection, DatabaseLimits.ANSWER);
        return connection;
    }

    /** A pool for looking at what is to be migrated, which the caller closes. */
    AgroalDataSource pool() {
        return pool(settings, DatabaseLimits.ANSWER);
    }

    /** A pool for a migration, which the caller closes. */
    AgroalDataSource migrationPool() {
        AgroalConnectionFactoryConfigurationSupplier patient =
                new AgroalConnectionFactoryConfigurationSupplier(settings).jdbcProperty("options", MIGRATION_LIMITS);
        return pool(patient.get(), MIGRATION_STATEMENT);
    }

    private static AgroalDataSource pool(AgroalConnectionFactoryConfiguration settings, Duration answer) {
        AgroalDataSource pool = new DataSource(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(configuration -> configuration
                        .maxSize(MIGRATING)
                        .acquisitionTimeout(ACQUISITION_TIMEOUT)
                        .connectionFactoryConfiguration(() -> settings))
                .get());
        pool.setPoolInterceptors(List.of(new DatabaseLimits(answer)));
        return pool;
    }
}
