package dev.gatehouse.database;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionFactoryConfiguration;
import io.agroal.api.configuration.supplier.AgroalConnectionFactoryConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.pool.DataSource;
import java.sql.SQLException;
import java.time.Duration;
import org.flywaydb.core.Flyway;

/** The service's own connections to a database that is not the one of the service under test. */
public final class TestConnections {
    private TestConnections() {}

    /** Migrates a database, and gives what opens connections to it. */
    public static OwnConnections to(String jdbcUrl) {
        Flyway.configure()
                .dataSource(jdbcUrl, "postgres", null)
                .loggers("slf4j")
                .load()
                .migrate();
        try {
            return new OwnConnections(AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool ->
                            pool.maxSize(1).connectionFactoryConfiguration(factory -> factory.jdbcUrl(jdbcUrl)))));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A pool of connections made as those, for calls that are to run at once; the tests' own has one. */
    public static AgroalDataSource pool(AgroalDataSource dataSource, int size) {
        return pool(dataSource, size, Duration.ofSeconds(10));
    }

    /** As {@link #pool(AgroalDataSource, int)}, whose callers wait so long for a connection. */
    public static AgroalDataSource pool(AgroalDataSource dataSource, int size, Duration acquisitionTimeout) {
        AgroalConnectionFactoryConfiguration settings = new AgroalConnectionFactoryConfigurationSupplier(dataSource
                        .getConfiguration()
                        .connectionPoolConfiguration()
                        .connectionFactoryConfiguration())
                .jdbcProperty("options", "") // Without limits: many wait for each other here.
                .jdbcProperty("socketTimeout", "20")
                .get();
        return new DataSource(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(size)
                        .acquisitionTimeout(acquisitionTimeout)
                        .connectionFactoryConfiguration(() -> settings))
                .get());
    }
}
