package dev.gatehouse.platform;

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

    private static final String MIGRATION_LIMITS = "-c lock_timeout=1000";

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
        DatabaseLimits.limit(connection);
        return connection;
    }

    /** A pool for a migration, which the caller closes. */
    AgroalDataSource migrationPool() {
        AgroalConnectionFactoryConfigurationSupplier patient = new AgroalConnectionFactoryConfigurationSupplier(
                        settings)
                .jdbcProperty("socketTimeout", Long.toString(MIGRATION_STATEMENT.toSeconds()))
                .jdbcProperty("options", MIGRATION_LIMITS);
        return new DataSource(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(MIGRATING)
                        .acquisitionTimeout(ACQUISITION_TIMEOUT)
                        .connectionFactoryConfiguration(patient))
                .get());
    }
}
