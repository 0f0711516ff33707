package dev.gatehouse.platform;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionFactoryConfiguration;
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
        return factory.createConnection().getConnection();
    }

    /** A small pool for a library that asks for one, which the caller closes. */
    AgroalDataSource pool(int size) {
        return new DataSource(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(size)
                        .acquisitionTimeout(ACQUISITION_TIMEOUT)
                        .connectionFactoryConfiguration(() -> settings))
                .get());
    }
}
