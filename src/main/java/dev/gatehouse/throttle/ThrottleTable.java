package dev.gatehouse.throttle;

import dev.gatehouse.database.Sql;
import dev.gatehouse.key.NameHashes;
import dev.gatehouse.lifecycle.Expiring;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import javax.sql.DataSource;

/** The statements on {@code throttle_bucket}. What they do stands in the database's functions, so that each is one. */
@Singleton
class ThrottleTable implements Expiring {
    private static final Sql RESERVE = Sql.of("""
            SELECT * FROM throttle_reserve(:ids, :kinds, :account, :free, :most, :room, :decay, :firstWait, :longestWait)""");

    private static final Sql SETTLE = Sql.of("""
            SELECT throttle_settle(:ids, :kinds, :account, :free, :room, :decay, :firstWait, :longestWait, :knownFor, :verdict,
                :period)""");

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

    Outcome reserve(List<Bucket> buckets, Optional<UUID> account, ThrottleConfig config) {
        return RESERVE.on(pool)
                .with("ids", ids(buckets))
                .with("kinds", array("text", buckets, bucket -> bucket.kind().stored()))
                .with("account", account.orElse(null))
                .with("free", array("integer", buckets, Bucket::free))
                .with("most", array("integer", buckets, Bucket::most))
                .with("room", array("integer", buckets, Bucket::room))
                .with("decay", array("float8", buckets, Bucket::decaySeconds))
                .with("firstWait", seconds(config.firstWait()))
                .with("longestWait", seconds(config.longestWait()))
                .first(ThrottleTable::outcome)
                .orElseThrow();
    }

    private static Outcome outcome(ResultSet row) throws SQLException {
        String refusedBy = row.getString("refused_by");
        return refusedBy == null
                ? new Reserved(row.getBoolean("known"), row.getLong("reserved_in"))
                : new Refused(duration(row.getDouble("wait")), refusedBy, row.getBoolean("tell"));
    }

    void settle(Attempt.Reservation reservation, Attempt.Verdict verdict, ThrottleConfig config) {
        List<Bucket> buckets = reservation.buckets();
        SETTLE.on(pool)
                .with("ids", ids(buckets))
                .with("kinds", array("text", buckets, bucket -> bucket.kind().stored()))
                .with("account", reservation.account().orElse(null))
                .with("free", array("integer", buckets, Bucket::free))
                .with("room", array("integer", buckets, Bucket::room))
                .with("decay", array("float8", buckets, Bucket::decaySeconds))
                .with("firstWait", seconds(config.firstWait()))
                .with("longestWait", seconds(config.longestWait()))
                .with("knownFor", seconds(config.knownFor()))
                .with("verdict", verdict.stored())
                .with("period", reservation.period())
                .execute();
    }

    /** Removes rows that say nothing any more. */
    @Override
    public int sweep(int atMost) {
        return SWEEP.on(pool).with("atMost", atMost).update();
    }

    /** Under the key for names, and set apart from a name by a first character that no name has. */
    private Sql.Array ids(List<Bucket> buckets) {
        return array(
                "bytea",
                buckets,
                bucket -> hashes.hash("\u0000" + bucket.kind().stored() + "\u0000" + bucket.subject()));
    }

    private static Sql.Array array(String type, List<Bucket> buckets, Function<Bucket, Object> value) {
        return new Sql.Array(type, buckets.stream().map(value).toList());
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis((long) Math.ceil(seconds * 1e3));
    }
}
