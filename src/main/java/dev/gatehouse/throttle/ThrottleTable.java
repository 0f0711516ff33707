package dev.gatehouse.throttle;

import dev.gatehouse.key.NameHashes;
import dev.gatehouse.lifecycle.Expiring;
import io.agroal.api.AgroalDataSource;
import jakarta.inject.Singleton;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** The statements on {@code throttle_bucket}. What they do stands in the database's functions, so that each is one. */
@Singleton
class ThrottleTable implements Expiring {
    private final AgroalDataSource dataSource;
    private final NameHashes hashes;

    ThrottleTable(AgroalDataSource dataSource, NameHashes hashes) {
        this.dataSource = dataSource;
        this.hashes = hashes;
    }

    /** What came of a reservation. */
    sealed interface Outcome {}

    /**
     * Counted.
     *
     * @param known whether the last row is that of a network which the account logs in from, so that it alone was counted
     * @param period in which it was counted as under way
     */
    record Reserved(boolean known, long period) implements Outcome {}

    /**
     * Nothing was counted.
     *
     * @param kind of the row that refused
     * @param tell whether it is the first time within an hour
     */
    record Refused(Duration retryAfter, String kind, boolean tell) implements Outcome {}

    /** A fault of the database, with the driver's exception. */
    static final class ThrottleException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ThrottleException(SQLException cause) {
            super("attempts could not be counted", cause);
        }

        /** Whether no connection was to be had in time, which the pool says without a state. */
        boolean isPoolBusy() {
            return getCause() instanceof SQLException cause && cause.getSQLState() == null;
        }
    }

    Outcome reserve(List<Bucket> buckets, Optional<UUID> account, ThrottleConfig config) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT * FROM throttle_reserve(?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            statement.setArray(1, ids(connection, buckets));
            statement.setArray(
                    2,
                    array(connection, "text", buckets, bucket -> bucket.kind().stored()));
            statement.setObject(3, account.orElse(null), java.sql.Types.OTHER);
            statement.setArray(4, array(connection, "integer", buckets, Bucket::free));
            statement.setArray(5, array(connection, "integer", buckets, Bucket::most));
            statement.setArray(6, array(connection, "integer", buckets, Bucket::room));
            statement.setArray(7, array(connection, "float8", buckets, Bucket::decaySeconds));
            statement.setDouble(8, seconds(config.firstWait()));
            statement.setDouble(9, seconds(config.longestWait()));
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                String refusedBy = result.getString("refused_by");
                return refusedBy == null
                        ? new Reserved(result.getBoolean("known"), result.getLong("reserved_in"))
                        : new Refused(duration(result.getDouble("wait")), refusedBy, result.getBoolean("tell"));
            }
        } catch (SQLException e) {
            throw new ThrottleException(e);
        }
    }

    void settle(Reservation reservation, Verdict verdict, ThrottleConfig config) {
        List<Bucket> buckets = reservation.buckets();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT throttle_settle(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            statement.setArray(1, ids(connection, buckets));
            statement.setArray(
                    2,
                    array(connection, "text", buckets, bucket -> bucket.kind().stored()));
            statement.setObject(3, reservation.account().orElse(null), java.sql.Types.OTHER);
            statement.setArray(4, array(connection, "integer", buckets, Bucket::free));
            statement.setArray(5, array(connection, "integer", buckets, Bucket::room));
            statement.setArray(6, array(connection, "float8", buckets, Bucket::decaySeconds));
            statement.setDouble(7, seconds(config.firstWait()));
            statement.setDouble(8, seconds(config.longestWait()));
            statement.setDouble(9, seconds(config.knownFor()));
            statement.setString(10, verdict.stored());
            statement.setLong(11, reservation.period());
            statement.execute();
        } catch (SQLException e) {
            throw new ThrottleException(e);
        }
    }

    /** Removes rows that say nothing any more. */
    @Override
    public int sweep(int atMost) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        DELETE FROM throttle_bucket WHERE id IN (
                            SELECT id FROM throttle_bucket WHERE expires_at < (SELECT clock_timestamp())
                            ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED)""")) {
            statement.setInt(1, atMost);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new ThrottleException(e);
        }
    }

    /** Under the key for names, and set apart from a name by a first character that no name has. */
    private Array ids(Connection connection, List<Bucket> buckets) throws SQLException {
        return connection.createArrayOf(
                "bytea",
                buckets.stream()
                        .map(bucket -> hashes.hash("\u0000" + bucket.kind().stored() + "\u0000" + bucket.subject()))
                        .toArray(byte[][]::new));
    }

    private static Array array(Connection connection, String type, List<Bucket> buckets, Function<Bucket, Object> value)
            throws SQLException {
        return connection.createArrayOf(type, buckets.stream().map(value).toArray());
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis((long) Math.ceil(seconds * 1e3));
    }
}
