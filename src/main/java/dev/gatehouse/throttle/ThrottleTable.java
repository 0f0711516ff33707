package dev.gatehouse.throttle;

import dev.gatehouse.database.DatabaseException;
import dev.gatehouse.database.Sql;
import dev.gatehouse.key.NameHashes;
import dev.gatehouse.lifecycle.Expiring;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** The table {@code throttle_bucket}. Each method is one transaction of two statements and two round trips, or one. */
@Singleton
class ThrottleTable implements Expiring {
    private static final Sql SWEEP = Sql.of("""
            DELETE FROM throttle_bucket WHERE id IN (
                SELECT id FROM throttle_bucket WHERE expires_at < (SELECT clock_timestamp())
                ORDER BY expires_at LIMIT :atMost FOR UPDATE SKIP LOCKED)""");

    private final DataSource pool;
    private final NameHashes hashes;

    ThrottleTable(DataSource pool, NameHashes hashes) {
        this.pool = pool;
        this.hashes = hashes;
    }

    /** What came of a reservation. */
    sealed interface Outcome {}

    /**
     * The attempt is under way.
     *
     * @param buckets in which it is counted
     * @param period in which it began
     */
    record Reserved(List<Bucket> buckets, long period) implements Outcome {}

    /**
     * Nothing was counted, because others have failed.
     *
     * @param event whether it is the first time within an hour
     */
    record Refused(Kind by, Duration retryAfter, boolean event) implements Outcome {}

    /** Nothing was counted, because as many are under way as may be. */
    record Full() implements Outcome {}

    /**
     * Counts an attempt in all of its rows or in none.
     *
     * @param account whose name is tried
     * @throws DatabaseException if the database does not take it
     */
    Outcome reserve(List<Bucket> buckets, Optional<UUID> account) {
        try (LockedCounts rows = LockedCounts.lock(pool, buckets, ids(buckets), true)) {
            List<Count> counts = rows.counts();
            counts.forEach(count -> count.mark(account.orElse(null)));
            for (Count count : counts) {
                Optional<Duration> wait = count.blockedFor();
                if (wait.isPresent()) {
                    return refused(rows, count, wait.get());
                }
            }
            if (counts.stream().anyMatch(Count::isFull)) {
                return new Full();
            }
            counts.forEach(Count::reserve);
            rows.store();
            return new Reserved(
                    counts.stream().map(Count::bucket).toList(),
                    counts.getFirst().period());
        }
    }

    /** A refusal that changes nothing is rolled back, which costs the database less, and takes the rows back that were made for it. */
    private static Refused refused(LockedCounts rows, Count by, Duration wait) {
        boolean event = by.refuse();
        if (event || rows.counts().stream().anyMatch(Count::isNewlyMarked)) {
            rows.store();
        }
        return new Refused(by.bucket().kind(), wait, event);
    }

    /**
     * Counts how an attempt ended.
     *
     * @param knownFor how long the network of a right password is one from which the account logs in
     * @throws DatabaseException if the database does not take it
     */
    void settle(Attempt.Reservation reservation, Attempt.Verdict verdict, Duration knownFor) {
        try (LockedCounts rows = LockedCounts.lock(pool, reservation.buckets(), ids(reservation.buckets()), false)) {
            rows.counts().forEach(count -> {
                count.mark(reservation.account().orElse(null));
                count.settle(verdict, reservation.period(), knownFor);
            });
            rows.store();
        }
    }

    /** Removes rows that say nothing any more. */
    @Override
    public int sweep(int atMost) {
        return SWEEP.on(pool).with("atMost", atMost).update();
    }

    /** Under the key for names, and set apart from a name by a first character that no name has. */
    private List<byte[]> ids(List<Bucket> buckets) {
        return buckets.stream()
                .map(bucket -> hashes.hash("\u0000" + bucket.kind().stored() + "\u0000" + bucket.subject()))
                .toList();
    }
}
