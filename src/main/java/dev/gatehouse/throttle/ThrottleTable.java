package dev.gatehouse.throttle;

import dev.gatehouse.database.DatabaseException;
import dev.gatehouse.database.Sql;
import dev.gatehouse.key.NameHashes;
import dev.gatehouse.lifecycle.SweptTable;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** The table {@code throttle_bucket}. A reservation and a settlement are one transaction of two statements and two round trips each. */
@Singleton
class ThrottleTable implements SweptTable {
    private static final Sql SWEEP = Sql.of("""
            DELETE FROM throttle_bucket WHERE id IN (
                SELECT id FROM throttle_bucket WHERE expires_at < (SELECT clock_timestamp())
                ORDER BY expires_at LIMIT :atMost FOR UPDATE SKIP LOCKED)""");

    /** Of a block that is over while the call is refused for it. */
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(1);

    private final DataSource pool;
    private final NameHashes hashes;

    ThrottleTable(DataSource pool, NameHashes hashes) {
        this.pool = pool;
        this.hashes = hashes;
    }

    /** What came of a reservation. */
    sealed interface CountOutcome {}

    /**
     * The attempt is under way.
     *
     * @param buckets in which it is counted
     * @param period in which it began
     */
    record Reserved(List<Bucket> buckets, long period) implements CountOutcome {}

    /**
     * Nothing was counted, because others have failed.
     *
     * @param event whether it is the first time within an hour
     */
    record Refused(ThrottleKind by, Duration retryAfter, boolean event) implements CountOutcome {}

    /** Nothing was counted, because as many are under way in a row as may be. */
    record Full(Bucket bucket) implements CountOutcome {}

    /**
     * Counts an attempt in all of its rows or in none.
     *
     * @param account whose name is tried
     * @throws DatabaseException if the database does not take it
     */
    CountOutcome reserve(List<Bucket> buckets, Optional<UUID> account) {
        List<Bucket> refusing;
        try (LockedCounts rows = LockedCounts.lockUnlessBlocked(pool, buckets, ids(buckets))) {
            if (rows.areLocked()) {
                return decided(rows, account);
            }
            if (!isWorthNoting(rows.counts(), rows.counts().getFirst(), account)) {
                return refused(rows.counts().getFirst(), false);
            }
            refusing = rows.counts().stream().map(Count::bucket).toList();
        }
        try (LockedCounts rows = LockedCounts.lock(pool, refusing, ids(refusing))) {
            return noted(rows, rows.counts().getFirst(), account);
        }
    }

    private static CountOutcome decided(LockedCounts rows, Optional<UUID> account) {
        List<Count> counts = rows.counts();
        for (Count count : counts) {
            if (count.blockedFor().isPresent()) {
                return isWorthNoting(counts, count, account) ? noted(rows, count, account) : refused(count, false);
            }
        }
        for (Count count : counts) {
            if (count.isFull()) {
                return new Full(count.bucket());
            }
        }
        counts.forEach(count -> {
            count.mark(account);
            count.reserve();
        });
        rows.store();
        return new Reserved(
                counts.stream().map(Count::bucket).toList(), counts.getFirst().period());
    }

    /** What changes nothing is rolled back, which costs the database less than a commit. */
    private static boolean isWorthNoting(List<Count> counts, Count by, Optional<UUID> account) {
        return by.refusesForTheFirstTime() || counts.stream().anyMatch(count -> count.lacksMark(account));
    }

    private static CountOutcome noted(LockedCounts rows, Count by, Optional<UUID> account) {
        boolean event = by.refusesForTheFirstTime();
        if (event) {
            by.noteRefusal();
        }
        rows.counts().forEach(count -> count.mark(account));
        rows.store();
        return refused(by, event);
    }

    private static Refused refused(Count by, boolean event) {
        return new Refused(by.bucket().kind(), by.blockedFor().orElse(SHORTEST_WAIT), event);
    }

    /**
     * Counts how an attempt ended.
     *
     * @param knownFor how long the network of a right password is one from which the account logs in
     * @throws DatabaseException if the database does not take it
     */
    void settle(Reservation reservation, AttemptOutcome outcome, Duration knownFor) {
        try (LockedCounts rows = LockedCounts.lock(pool, reservation.buckets(), ids(reservation.buckets()))) {
            rows.counts().forEach(count -> {
                count.mark(reservation.account());
                count.settle(outcome, reservation.period(), knownFor);
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
