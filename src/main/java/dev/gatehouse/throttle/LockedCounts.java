package dev.gatehouse.throttle;

import dev.gatehouse.database.DatabaseException;
import dev.gatehouse.database.Sql;
import dev.gatehouse.database.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an attempt, locked for as long as this is open. They are locked in the order of {@link Kind}, as every statement
 * does that locks several, so that no two attempts wait for each other. For use by one thread.
 */
final class LockedCounts implements AutoCloseable {
    /**
     * Makes the rows that are missing, and locks the others, one after the other. Locks the last row alone if that row decides
     * alone.
     */
    private static final Sql LOCK = Sql.of("""
            INSERT INTO throttle_bucket (id, kind)
            SELECT id, kind FROM unnest(:ids, :kinds) WITH ORDINALITY AS wanted (id, kind, place)
            WHERE place = :last OR NOT :knownDecides OR NOT EXISTS (
                SELECT FROM throttle_bucket WHERE id = :lastId AND known_until > clock_timestamp())
            ORDER BY place
            ON CONFLICT (id) DO UPDATE SET kind = excluded.kind
            RETURNING id, kind, failures, under_way, under_way_before, period, counted_at, blocked_until, known_until, audited_at,
                account_id, clock_timestamp() AS locked_at""");

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

    private LockedCounts(Transaction transaction, List<Count> counts) {
        this.transaction = transaction;
        this.counts = counts;
    }

    /**
     * Locks rows.
     *
     * @param buckets in the order of their kinds, of which each occurs once
     * @param ids of the rows of the buckets
     * @param knownDecides whether the last row alone is locked if it is that of a network from which the account logs in
     * @throws DatabaseException if no connection is free, or a row is not to be had in time
     */
    static LockedCounts lock(DataSource pool, List<Bucket> buckets, List<byte[]> ids, boolean knownDecides) {
        Transaction transaction = Transaction.begin(pool);
        try {
            List<Count> counts = LOCK.on(transaction)
                    .with("ids", new Sql.Array("bytea", ids))
                    .with(
                            "kinds",
                            array("text", buckets, bucket -> bucket.kind().stored()))
                    .with("last", buckets.size())
                    .with("lastId", ids.getLast())
                    .with("knownDecides", knownDecides)
                    .list(row -> new Count(bucket(buckets, row.getString("kind")), row));
            Instant moment = counts.getLast().lockedAt();
            counts.forEach(count -> count.bringUpTo(moment));
            return new LockedCounts(transaction, counts);
        } catch (RuntimeException | Error e) { // Whatever it was: the connection must go back.
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

    /** Returns what the rows count, in the order of their kinds: all, or the last one alone if that decides. */
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
