package dev.gatehouse.key;

import dev.gatehouse.database.Sql;
import dev.gatehouse.key.CheckedKeys.Refusal;
import dev.gatehouse.key.CheckedKeys.RefusedRow;
import dev.gatehouse.key.ServiceKey.KeyBytes;
import dev.gatehouse.key.ServiceKey.NewKey;
import dev.gatehouse.key.ServiceKey.Purpose;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements on {@code service_key}, on a connection of the caller's. */
final class ServiceKeyTable {
    /** Any number that no other lock of this database has. */
    private static final long LOCK = 0x6761_7465_6b65_7973L;

    /** No key of the service is longer. */
    private static final int MOST_BYTES = 16_384;

    /** No name of an algorithm, a purpose or an encryption key is longer. */
    private static final int MOST_CHARACTERS = 64;

    /** Reads of a value that is too long only so much that {@link #isCut} finds it. */
    private static final Sql READ = Sql.of("""
            SELECT now.instant, id, left(purpose, 65) AS purpose, left(algorithm, 65) AS algorithm,
                substring(public_key FROM 1 FOR 16385) AS public_key,
                substring(material FROM 1 FOR 16385) AS material,
                left(wrapped_under, 65) AS wrapped_under, created_at, signs_from, stopped_at
            FROM (SELECT clock_timestamp() AS instant) AS now LEFT JOIN service_key ON true""");

    private static final Sql TAKE_LOCK = Sql.of("SELECT pg_advisory_xact_lock(:lock)");

    private static final Sql INSERT = Sql.of("""
            INSERT INTO service_key (id, purpose, algorithm, public_key, material, wrapped_under, created_at,
                signs_from)
            SELECT :id, :purpose, :algorithm, :publicKey, :material, :wrappedUnder, instant,
                instant + make_interval(secs => CAST(:signsAfter AS double precision))
            FROM clock_timestamp() AS instant""");

    private static final Sql SIGN = Sql.of("UPDATE service_key SET signs_from = clock_timestamp() WHERE id = :id");

    private static final Sql STOP = Sql.of("""
            UPDATE service_key SET stopped_at = COALESCE(stopped_at, clock_timestamp()), material = NULL,
                wrapped_under = NULL
            WHERE id = :id""");

    private static final Sql FORGET = Sql.of("DELETE FROM service_key WHERE id = :id");

    private static final Sql REWRAP = Sql.of("""
            UPDATE service_key SET material = :material, wrapped_under = :wrappedUnder
            WHERE id = :id AND material IS NOT NULL""");

    private ServiceKeyTable() {}

    /**
     * What stands in the table.
     *
     * @param unknown rows that are no keys of any kind
     * @param now the database's time
     */
    record Reading(List<ServiceKey> keys, List<RefusedRow> unknown, Instant now) {}

    /** A row of {@link #READ}, which has one with neither if the table is empty. */
    private record Row(Instant now, Optional<ServiceKey> key, Optional<RefusedRow> unknown) {}

    static Reading read(Connection connection) {
        List<Row> rows = READ.on(connection).list(ServiceKeyTable::row);
        return new Reading(
                rows.stream().flatMap(row -> row.key().stream()).toList(),
                rows.stream().flatMap(row -> row.unknown().stream()).toList(),
                rows.getFirst().now());
    }

    private static Row row(ResultSet result) throws SQLException {
        Instant now = Objects.requireNonNull(instant(result, "instant"));
        String id = result.getString("id");
        if (id == null) {
            return new Row(now, Optional.empty(), Optional.empty());
        }
        Optional<Purpose> purpose = Purpose.named(result.getString("purpose"));
        Optional<ServiceKey> key = purpose.isEmpty() ? Optional.empty() : key(result, id, purpose.get());
        return key.isPresent()
                ? new Row(now, key, Optional.empty())
                : new Row(
                        now,
                        Optional.empty(),
                        Optional.of(new RefusedRow(id, purpose.orElse(null), Refusal.UNKNOWN_KIND)));
    }

    private static Optional<ServiceKey> key(ResultSet result, String id, Purpose purpose) throws SQLException {
        Optional<KeyAlgorithm> algorithm = KeyAlgorithm.find(result.getString("algorithm"));
        Instant createdAt = instant(result, "created_at");
        return algorithm.isEmpty() || createdAt == null
                ? Optional.empty()
                : Optional.of(new ServiceKey(
                        id,
                        purpose,
                        algorithm.get(),
                        bytes(result, "public_key"),
                        bytes(result, "material"),
                        result.getString("wrapped_under"),
                        createdAt,
                        instant(result, "signs_from"),
                        instant(result, "stopped_at")));
    }

    /** Returns true if a value of the row is longer than any of a key, so that only its beginning was read. */
    static boolean isCut(ServiceKey row) {
        return isCut(row.publicKey())
                || isCut(row.material())
                || (row.wrappedUnder() != null && row.wrappedUnder().length() > MOST_CHARACTERS);
    }

    private static boolean isCut(@Nullable KeyBytes bytes) {
        return bytes != null && bytes.length() > MOST_BYTES;
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
    static void lock(Connection connection) {
        TAKE_LOCK.on(connection).with("lock", LOCK).execute();
    }

    /**
     * Keeps a new key.
     *
     * @param signsAfter from now; {@code null} for a key that stands by
     */
    static void insert(Connection connection, NewKey key, @Nullable Duration signsAfter) {
        INSERT.on(connection)
                .with("id", key.id())
                .with("purpose", key.purpose().stored())
                .with("algorithm", key.algorithm().joseName())
                .with(
                        "publicKey",
                        key.publicKey() == null ? null : key.publicKey().toArray())
                .with("material", key.material().toArray())
                .with("wrappedUnder", key.wrappedUnder())
                .with("signsAfter", signsAfter == null ? null : (double) signsAfter.toSeconds())
                .update();
    }

    static void sign(Connection connection, String id) {
        SIGN.on(connection).with("id", id).update();
    }

    static void stop(Connection connection, String id) {
        STOP.on(connection).with("id", id).update();
    }

    static void forget(Connection connection, String id) {
        FORGET.on(connection).with("id", id).update();
    }

    static void rewrap(Connection connection, String id, KeyBytes material, String wrappedUnder) {
        REWRAP.on(connection)
                .with("material", material.toArray())
                .with("wrappedUnder", wrappedUnder)
                .with("id", id)
                .update();
    }
}
