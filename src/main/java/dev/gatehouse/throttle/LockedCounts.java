package dev.gatehouse.throttle;

import dev.gatehouse.database.DatabaseException;
import dev.gatehouse.database.Sql;
import dev.gatehouse.database.Transaction;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an attempt, locked for as long as this is open. They are locked in the order of {@link ThrottleKind}, as every statement
 * does that locks several, so that no two attempts wait for each other. For use by one thread.
 */
final class LockedCounts implements AutoCloseable {
    /** Makes the rows that are missing, and locks the others, one after the other. */
    private static final Sql LOCK = Sql.of("""
            INSERT INTO throttle_bucket (id, kind)
            SELECT id, kind FROM unnest(:ids, :kinds) WITH ORDINALITY AS wanted (id, kind, place)
            ORDER BY place
            ON CONFLICT (id) DO UPDATE SET kind = excluded.kind
            RETURNING id, kind, failures, under_way, under_way_before, period, counted_at, blocked_until, known_until,
                audited_at, account_id, clock_timestamp() AS locked_at, true AS is_locked
            """);

    /**
     * Locks the rows of a reservation. Only the last row counts if it is that of a network from which the account logs in. If a row
     * that counts blocks the attempt, the statement returns the blocking rows and locks nothing. So a flood of refused attempts
     * makes no other call wait for a row.
     */
    private static final Sql LOCK_UNLESS_BLOCKED = Sql.of("""
            WITH wanted AS (
                SELECT id, kind, place FROM unnest(:ids, :kinds) WITH ORDINALITY AS given (id, kind, place)
                WHERE place = :last
                    OR NOT EXISTS (SELECT FROM throttle_bucket WHERE id = :lastId AND known_until > statement_timestamp())
            ), blocking AS (
                SELECT bucket.* FROM throttle_bucket AS bucket JOIN wanted USING (id)
                WHERE bucket.blocked_until > statement_timestamp()
            ), locked AS (
                INSERT INTO throttle_bucket (id, kind)
                SELECT id, kind FROM wanted WHERE NOT EXISTS (SELECT FROM blocking) ORDER BY place
                ON CONFLICT (id) DO UPDATE SET kind = excluded.kind
                RETURNING id, kind, failures, under_way, under_way_before, period, counted_at, blocked_until, known_until,
                    audited_at, account_id, clock_timestamp() AS locked_at, true AS is_locked
            )
            SELECT * FROM locked
            UNION ALL
            SELECT id, kind, failures, under_way, under_way_before, period, counted_at, blocked_until, known_until,
                audited_at, account_id, clock_timestamp() AS locked_at, false AS is_locked
            FROM blocking
            """);

    private static final Sql STORE_AND_COMMIT = Transaction.committing("""
            WITH gone AS (DELETE FROM throttle_bucket WHERE id = ANY(:gone))
            UPDATE throttle_bucket AS bucket SET
                failures = stored.failures, under_way = stored.under_way, under_way_before = stored.under_way_before,
                period = stored.period, counted_at = stored.counted_at, blocked_until = stored.blocked_until,
                known_until = stored.known_until, audited_at = stored.audited_at, account_id = stored.account_id,
                expires_at = stored.expires_at
            FROM unnest(:ids, :failures, :underWay, :underWayBefore, :periods, :countedAt, :blockedUntil, :knownUntil,
                    :auditedAt, :accounts, :expiresAt)
                AS stored (id, failures, under_way, under_way_before, period, counted_at, blocked_until, known_until,
                    audited_at, account_id, expires_at)
            WHERE bucket.id = stored.id""");

    private final Transaction transaction;
    private final List<Count> counts;
    private final boolean locked;

    private LockedCounts(Transaction transaction, List<Row> rows) {
        this.transaction = transaction;
        this.counts = rows.stream().map(Row::count).toList();
        this.locked = rows.getFirst().locked();
    }

    private record Row(Count count, boolean locked) {}

    /**
     * Locks rows.
     *
     * @param buckets in the order of their kinds, of which each occurs once
     * @param ids of the rows of the buckets
     * @throws DatabaseException if no connection is free, or a row is not to be had in time
     */
    static LockedCounts lock(DataSource pool, List<Bucket> buckets, List<byte[]> ids) {
        return read(pool, buckets, transaction -> LOCK.on(transaction), ids);
    }

    /**
     * Locks the rows of an attempt that is to be reserved: all, or the last one alone if that decides. If some of these block the
     * attempt, they are read and none is locked.
     */
    static LockedCounts lockUnlessBlocked(DataSource pool, List<Bucket> buckets, List<byte[]> ids) {
        return read(
                pool,
                buckets,
                transaction -> LOCK_UNLESS_BLOCKED
                        .on(transaction)
                        .with("last", buckets.size())
                        .with("lastId", ids.getLast()),
                ids);
    }

    private static LockedCounts read(
            DataSource pool, List<Bucket> buckets, Function<Transaction, Sql.Call> statement, List<byte[]> ids) {
        Transaction transaction = Transaction.begin(pool);
        try {
            List<Row> rows = statement
                    .apply(transaction)
                    .with("ids", new Sql.Array("bytea", ids))
                    .with(
                            "kinds",
                            array("text", buckets, bucket -> bucket.kind().stored()))
                    .list(row -> new Row(
                            new Count(bucket(buckets, row.getString("kind")), row), row.getBoolean("is_locked")))
                    .stream()
                    .sorted(Comparator.comparing(row -> row.count().bucket().kind()))
                    .toList();
            Instant moment = rows.stream()
                    .map(row -> row.count().lockedAt())
                    .max(Instant::compareTo)
                    .orElseThrow();
            rows.forEach(row -> row.count().bringUpTo(moment));
            return new LockedCounts(transaction, rows);
        } catch (RuntimeException | Error e) { // The connection must go back to the pool after any fault.
            transaction.close();
            throw e;
        }
    }

    private static Bucket bucket(List<Bucket> buckets, String kind) {
        return buckets.stream()
                .filter(bucket -> bucket.kind().stored().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    /** Returns false if the rows block an attempt and have only been read. */
    boolean areLocked() {
        return locked;
    }

    /** Returns what the rows count, in the order of their kinds. */
    List<Count> counts() {
        return counts;
    }

    /** Writes the rows back, without those that say nothing, and commits. */
    void store() {
        List<Count> gone = counts.stream().filter(Count::isEmpty).toList();
        List<Count> kept = counts.stream().filter(count -> !count.isEmpty()).toList();
        STORE_AND_COMMIT
                .on(transaction)
                .with("gone", array("bytea", gone, Count::id))
                .with("ids", array("bytea", kept, Count::id))
                .with("failures", array("integer", kept, Count::failures))
                .with("underWay", array("integer", kept, Count::underWay))
                .with("underWayBefore", array("integer", kept, Count::underWayBefore))
                .with("periods", array("bigint", kept, Count::period))
                .with("countedAt", array("timestamptz", kept, Count::countedAt))
                .with("blockedUntil", array("timestamptz", kept, Count::blockedUntil))
                .with("knownUntil", array("timestamptz", kept, Count::knownUntil))
                .with("auditedAt", array("timestamptz", kept, Count::auditedAt))
                .with("accounts", array("uuid", kept, Count::account))
                .with("expiresAt", array("timestamptz", kept, Count::expiresAt))
                .execute();
    }

    private static <T> Sql.Array array(String type, List<T> elements, Function<T, @Nullable Object> value) {
        return new Sql.Array(type, elements.stream().map(value).toList());
    }

    @Override
    public void close() {
        transaction.close();
    }
}
