package dev.gatehouse.platform;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.SQLException;
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
    public static AgroalDataSource pool(OwnConnections connections, int size) {
        return connections.pool(size);
    }
}
