package dev.gatehouse;

import io.agroal.api.AgroalDataSource;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks into the service's database and changes it behind its back, on connections that are not the service's pool's. */
@Singleton
public class Sql {
    private final Opener opener;

    /** Opens a connection. */
    private interface Opener {
        Connection open() throws SQLException;
    }

    /** To the service's database, without its limits. */
    @Inject
    Sql(AgroalDataSource dataSource) {
        this(() -> DriverManager.getConnection(dataSource
                .getConfiguration()
                .connectionPoolConfiguration()
                .connectionFactoryConfiguration()
                .jdbcUrl()));
    }

    private Sql(Opener opener) {
        this.opener = opener;
    }

    /** For the database of another process. */
    public static Sql of(String jdbcUrl) {
        return new Sql(() -> DriverManager.getConnection(jdbcUrl));
    }

    /** A connection of its own, for a transaction that a test holds open. */
    public Connection open() {
        try {
            return opener.open();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Executes a statement and returns how many rows it changed. */
    public int update(String sql, Object... parameters) {
        try (Connection connection = opener.open()) {
            return update(connection, sql, parameters);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@link #update(String, Object...)}, in a transaction that a test holds open. */
    public static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    /** The rows of a query, each by its columns' names. */
    public List<Map<String, @Nullable Object>> rows(String sql, Object... parameters) {
        try (Connection connection = opener.open();
                PreparedStatement statement = prepared(connection, sql, parameters);
                ResultSet result = statement.executeQuery()) {
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    row.put(result.getMetaData().getColumnLabel(column), result.getObject(column));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of the only row, as text. */
    public String text(String sql, Object... parameters) {
        List<Map<String, @Nullable Object>> rows = rows(sql, parameters);
        if (rows.size() != 1) {
            throw new IllegalStateException(rows.size() + " rows: " + sql);
        }
        return String.valueOf(rows.getFirst().values().iterator().next());
    }

    /** The first column of the only row, as a number. */
    public long number(String sql, Object... parameters) {
        return Long.parseLong(text(sql, parameters));
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int n = 0; n < parameters.length; n++) {
            statement.setObject(n + 1, parameters[n]);
        }
        return statement;
    }
}
