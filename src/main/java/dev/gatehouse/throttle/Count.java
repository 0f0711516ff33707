package dev.gatehouse.throttle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a row counts, and the rules by which it does. It is a copy of a row that is locked, as of a moment at which the lock was
 * held, and is written back by {@link LockedCounts}. For use by one thread.
 */
final class Count {
    /**
     * Attempts that are under way are counted by periods, this one and the one before. What a replica that died had under way
     * is given up when both are over.
     */
    private static final Duration PERIOD = Duration.ofMinutes(2);

    /** A row says at most once in this time that it has refused an attempt. */
    private static final Duration BETWEEN_EVENTS = Duration.ofHours(1);

    /** A row stays this long at least, so that a busy one is not made again and again. */
    private static final Duration KEPT = Duration.ofHours(1);

    /** More than the highest limit. What takes so long to be forgotten is still a time that the database knows. */
    private static final int MOST = 1_000_000;

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private final Bucket bucket;
    private final byte[] id;
    private Instant now;
    private int failures;
    private int underWay;
    private int underWayBefore;
    private long period;
    private Instant countedAt;
    private @Nullable Instant blockedUntil;
    private @Nullable Instant knownUntil;
    private @Nullable Instant auditedAt;
    private @Nullable UUID account;

    /** Reads a row that is locked. An operator may have written any number into it, so each is taken within its bounds. */
    Count(Bucket bucket, ResultSet row) throws SQLException {
        this.bucket = bucket;
        id = row.getBytes("id");
        now = row.getObject("locked_at", OffsetDateTime.class).toInstant();
        failures = number(row, "failures");
        underWay = number(row, "under_way");
        underWayBefore = number(row, "under_way_before");
        period = Math.max(0, row.getLong("period"));
        countedAt = Objects.requireNonNull(instant(row, "counted_at"));
        blockedUntil = instant(row, "blocked_until");
        knownUntil = instant(row, "known_until");
        auditedAt = instant(row, "audited_at");
        account = row.getObject("account_id", UUID.class);
    }

    /** Returns when the row was read, by the database's clock. */
    Instant lockedAt() {
        return now;
    }

    /** Takes off what is forgotten or over by a moment, which is the same for all rows of an attempt. */
    void bringUpTo(Instant moment) {
        now = moment;
        giveUpWhatIsLost();
        forget(now);
        dropWhatIsOver();
    }

    private static int number(ResultSet row, String column) throws SQLException {
        return Math.clamp(row.getInt(column), 0, MOST);
    }

    /** An operator may have written {@code infinity}, which the driver reads as a year that the database does not take back. */
    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime moment = row.getObject(column, OffsetDateTime.class);
        return moment == null ? null : bounded(moment.toInstant());
    }

    /** Returns a time that the database reads in the form in which it is sent, which has four digits for the year. */
    private static Instant bounded(Instant moment) {
        return moment.isAfter(LAST) ? LAST : moment;
    }

    private static long periodOf(Instant moment) {
        return Math.floorDiv(moment.getEpochSecond(), PERIOD.toSeconds());
    }

    private static Instant startOf(long period) {
        return Instant.ofEpochSecond(period * PERIOD.toSeconds());
    }

    /** Attempts of a period are given up when the next period is over. */
    private void giveUpWhatIsLost() {
        long current = periodOf(now);
        if (period >= current) {
            return;
        }
        boolean next = period == current - 1;
        int lostBefore = underWayBefore;
        int lost = next ? 0 : underWay;
        if (bucket.kind().unsettledFails()) {
            fail(lostBefore, startOf(period + 1));
            fail(lost, startOf(period + 2));
        }
        underWayBefore = next ? underWay : 0;
        underWay = 0;
        period = current;
    }

    private void forget(Instant moment) {
        long forgotten =
                Duration.between(countedAt, moment).dividedBy(bucket.limits().decay());
        if (forgotten >= failures) {
            failures = 0;
            countedAt = moment;
        } else if (forgotten > 0) {
            failures -= (int) forgotten;
            countedAt = countedAt.plus(bucket.limits().decay().multipliedBy(forgotten));
        }
    }

    /** A block that is longer already stays: it is another attempt's. */
    private void fail(int attempts, Instant moment) {
        if (attempts == 0) {
            return;
        }
        forget(moment);
        failures += attempts;
        bucket.limits().waitAfter(failures).ifPresent(wait -> blockUntil(moment.plus(wait)));
        // What counts from the start may be given back, and then has to block nobody.
        if (failures >= bucket.limits().most() && !bucket.kind().countsFromTheStart()) {
            blockUntil(nextAtMost());
        }
    }

    private void blockUntil(Instant unbounded) {
        Instant end = bounded(unbounded);
        if (blockedUntil == null || end.isAfter(blockedUntil)) {
            blockedUntil = end;
        }
    }

    /** Returns when so many failures are forgotten that one more attempt may be made. */
    private Instant nextAtMost() {
        int tooMany = failures - bucket.limits().most() + 1;
        return countedAt.plus(bucket.limits().decay().multipliedBy(tooMany));
    }

    private void dropWhatIsOver() {
        if (blockedUntil != null && !blockedUntil.isAfter(now)) {
            blockedUntil = null;
        }
        if (knownUntil != null && !knownUntil.isAfter(now)) {
            knownUntil = null;
        }
        if (auditedAt != null && !auditedAt.plus(BETWEEN_EVENTS).isAfter(now)) {
            auditedAt = null;
        }
    }

    Bucket bucket() {
        return bucket;
    }

    /** Returns how long the next attempt has to wait because others have failed; empty if it need not. */
    Optional<Duration> blockedFor() {
        List<Duration> waits = new ArrayList<>();
        if (blockedUntil != null) {
            waits.add(Duration.between(now, blockedUntil));
        }
        if (failures >= bucket.limits().most()) {
            waits.add(Duration.between(now, nextAtMost()));
        }
        if (isFull() && isSpent()) {
            waits.add(bucket.limits().firstWait());
        }
        return waits.stream().max(Duration::compareTo);
    }

    /** A network whose failures have used up what costs nothing lets nobody wait for a place. */
    private boolean isSpent() {
        return bucket.kind().isOfNetworks() && failures >= bucket.limits().free();
    }

    /** Returns true if no further attempt may be under way until one of those has ended. */
    boolean isFull() {
        return !bucket.kind().countsFromTheStart() && underWay + underWayBefore >= bucket.places(failures);
    }

    /** Counts an attempt that begins. */
    void reserve() {
        if (bucket.kind().countsFromTheStart()) {
            fail(1, now);
        } else {
            underWay++;
        }
    }

    /** Returns the period in which an attempt is counted that begins now. */
    long period() {
        return period;
    }

    /**
     * Counts how an attempt ended that began in a period. Whatever other attempts have caused stays. If the end comes so late that the
     * attempt has been given up, it has been counted as failed already, or forgotten if the row is a network's.
     */
    void settle(AttemptOutcome outcome, long begunIn, Duration knownFor) {
        boolean givenUp = period > begunIn + 1;
        if (!givenUp) {
            endUnderWay(begunIn);
        }
        boolean counted =
                bucket.kind().countsFromTheStart() || (givenUp && bucket.kind().unsettledFails());
        if (outcome == AttemptOutcome.FAILED && !counted) {
            fail(1, now);
        }
        if (outcome != AttemptOutcome.FAILED && counted) {
            failures = Math.max(0, failures - 1);
        }
        if (outcome == AttemptOutcome.SUCCEEDED) {
            succeed(knownFor);
        }
    }

    /** Should the database's clock have been set back, the attempt may be in the other period. */
    private void endUnderWay(long begunIn) {
        boolean before = period == begunIn + 1 ? underWayBefore > 0 : underWay == 0;
        if (before) {
            underWayBefore = Math.max(0, underWayBefore - 1);
        } else {
            underWay = Math.max(0, underWay - 1);
        }
    }

    private void succeed(Duration knownFor) {
        if (bucket.kind().isResetBySuccess()) {
            failures = 0;
            blockedUntil = null;
        }
        if (bucket.kind() == ThrottleKind.PAIR) {
            knownUntil = now.plus(knownFor);
        }
    }

    /** Returns true if it is an event that this row refuses an attempt, as it is once an hour. */
    boolean refusesForTheFirstTime() {
        return auditedAt == null;
    }

    /** Notes that the row has refused an attempt. */
    void noteRefusal() {
        auditedAt = now;
    }

    /** Marks a name's row with its account. */
    void mark(Optional<UUID> owner) {
        if (bucket.kind().isOfAccounts() && owner.isPresent()) {
            account = owner.get();
        }
    }

    /** Returns true if the row is a name's that was attacked before the name was an account's. */
    boolean lacksMark(Optional<UUID> owner) {
        return bucket.kind().isOfAccounts() && owner.isPresent() && account == null;
    }

    /** Returns true if the row says nothing: attempts without an outcome must not fill the table. */
    boolean isEmpty() {
        return failures == 0
                && underWay + underWayBefore == 0
                && blockedUntil == null
                && knownUntil == null
                && auditedAt == null;
    }

    byte[] id() {
        return id;
    }

    int failures() {
        return failures;
    }

    int underWay() {
        return underWay;
    }

    int underWayBefore() {
        return underWayBefore;
    }

    Instant countedAt() {
        return countedAt;
    }

    @Nullable
    Instant blockedUntil() {
        return blockedUntil;
    }

    @Nullable
    Instant knownUntil() {
        return knownUntil;
    }

    @Nullable
    Instant auditedAt() {
        return auditedAt;
    }

    @Nullable
    UUID account() {
        return account;
    }

    /** Those under way, too: nobody may say how they end. */
    private int mayHaveFailed() {
        return failures + underWay + underWayBefore;
    }

    /** Returns from when on the row says nothing any more. */
    Instant expiresAt() {
        return Stream.of(
                        Optional.of(now.plus(KEPT)),
                        Optional.ofNullable(blockedUntil),
                        Optional.ofNullable(knownUntil),
                        Optional.of(countedAt.plus(bucket.limits().decay().multipliedBy(mayHaveFailed()))))
                .flatMap(Optional::stream)
                .max(Instant::compareTo)
                .map(Count::bounded)
                .orElseThrow();
    }
}
