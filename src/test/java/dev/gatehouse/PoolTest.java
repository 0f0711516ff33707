package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.database.OwnConnections;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What connections there are. No call needs a second one while it holds one: every test here runs on a pool of one. */
@QuarkusTest
class PoolTest {
    @Inject
    AgroalDataSource dataSource;

    @Inject
    OwnConnections ownConnections;

    @Test
    void theTestsRunOnAPoolOfOneConnection() {
        assertThat(dataSource.getConfiguration().connectionPoolConfiguration().maxSize())
                .isEqualTo(1);
    }

    @Test
    void noConnectionWaitsForPostgresWithoutALimitNorHoldsALock() throws SQLException {
        try (Connection pooled = dataSource.getConnection();
                Connection own = ownConnections.open()) {
            for (Connection connection : List.of(pooled, own)) {
                assertThat(connection.getNetworkTimeout()).isEqualTo(900);
                assertThat(setting(connection, "statement_timeout")).isEqualTo("850ms");
                assertThat(setting(connection, "lock_timeout")).isEqualTo("800ms");
                assertThat(setting(connection, "idle_in_transaction_session_timeout"))
                        .isEqualTo("2s");
            }
        }
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SHOW " + name)) {
            result.next();
            return result.getString(1);
        }
    }
}
