package dev.gatehouse.key;

import dev.gatehouse.key.StoredKey.Purpose;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The statements on {@code service_key}, on a connection of the caller's. */
final class KeyTable {
    /** Any number that no other lock of this database has. */
    private static final long LOCK = 0x6761_7465_6b65_7973L;

    private KeyTable() {}

    /**
     * What stands in the table.
     *
     * @param now the database's time
     */
    record Reading(List<StoredKey> keys, Instant now) {}

    static Reading read(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                        SELECT now.instant, id, purpose, algorithm, public_key, material, wrapped_under, created_at,
                            signs_from, stopped_at
                        FROM (SELECT clock_timestamp() AS instant) AS now LEFT JOIN service_key ON true""");
                ResultSet result = query.executeQuery()) {
            List<StoredKey> keys = new ArrayList<>();
            Instant now = Instant.EPOCH;
            while (result.next()) {
                now = Objects.requireNonNull(instant(result, "instant"));
                if (result.getString("id") != null) {
                    keys.add(key(result));
                }
            }
            return new Reading(List.copyOf(keys), now);
        }
    }

    private static StoredKey key(ResultSet result) throws SQLException {
        String purpose = result.getString("purpose");
        return new StoredKey(
                result.getString("id"),
                Arrays.stream(Purpose.values())
                        .filter(one -> one.stored().equals(purpose))
                        .findFirst()
                        .orElseThrow(),
                KeyAlgorithm.named(result.getString("algorithm")),
                bytes(result, "public_key"),
                bytes(result, "material"),
                result.getString("wrapped_under"),
                Objects.requireNonNull(instant(result, "created_at")),
                instant(result, "signs_from"),
                instant(result, "stopped_at"));
    }

    private static @Nullable KeyBytes bytes(ResultSet result, String column) throws SQLException {
        byte[] bytes = result.getBytes(column);
        return bytes == null ? null : new KeyBytes(bytes);
    }

    private static @Nullable Instant instant(ResultSet result, String column) throws SQLException {
        OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Waits until no other replica changes keys, and keeps them from it until this transaction ends. */
    static void lock(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("SELECT pg_advisory_xact_lock(?)")) {
            lock.setLong(1, LOCK);
            lock.executeQuery();
        }
    }

    /**
     * Keeps a new key.
     *
     * @param signsAfter from now; {@code null} for a key that stands by
     */
    static void insert(Connection connection, NewKey key, @Nullable Duration signsAfter) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                        INSERT INTO service_key (id, purpose, algorithm, public_key, material, wrapped_under, created_at,
                            signs_from)
                        SELECT ?, ?, ?, ?, ?, ?, instant, instant + make_interval(secs => CAST(? AS double precision))
                        FROM clock_timestamp() AS instant""")) {
            insert.setString(1, key.id());
            insert.setString(2, key.purpose().stored());
            insert.setString(3, key.algorithm().joseName());
            insert.setBytes(4, key.publicKey() == null ? null : key.publicKey().toArray());
            insert.setBytes(5, key.material().toArray());
            insert.setString(6, key.wrappedUnder());
            insert.setObject(7, signsAfter == null ? null : (double) signsAfter.toSeconds());
            insert.executeUpdate();
        }
    }

    static void sign(Connection connection, String id) throws SQLException {
        change(connection, "UPDATE service_key SET signs_from = clock_timestamp() WHERE id = ?", id);
    }

    static void stop(Connection connection, String id) throws SQLException {
        change(connection, """
                UPDATE service_key SET stopped_at = COALESCE(stopped_at, clock_timestamp()), material = NULL,
                    wrapped_under = NULL
                WHERE id = ?""", id);
    }

    static void forget(Connection connection, String id) throws SQLException {
        change(connection, "DELETE FROM service_key WHERE id = ?", id);
    }

    private static void change(Connection connection, String sql, String id) throws SQLException {
        try (PreparedStatement change = connection.prepareStatement(sql)) {
            change.setString(1, id);
            change.executeUpdate();
        }
    }

    static void rewrap(Connection connection, String id, KeyBytes material, String wrappedUnder) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE service_key SET material = ?, wrapped_under = ? WHERE id = ? AND material IS NOT NULL")) {
            update.setBytes(1, material.toArray());
            update.setString(2, wrappedUnder);
            update.setString(3, id);
            update.executeUpdate();
        }
    }
}
