package dev.gatehouse.session;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * By how much the clock of this replica is ahead of the database's clock or behind it. {@link EndedSessionsFeed} measures the
 * difference with each poll. Between two measurements, and while the database is away, the difference is the last one that was
 * measured plus the step of the wall clock against the monotonic clock. So a clock that is set is noticed at once.
 *
 * <p>Up to {@link #TOLERATED}, and before the first measurement, the clocks count as equal. No method blocks.
 */
@Singleton
class ClockDifference {
    /** What every bound that depends on two clocks allows for. */
    static final Duration TOLERATED = Duration.ofMinutes(1);

    private static final Logger LOG = Logger.getLogger(ClockDifference.class);
    private static final long TOLERATED_MILLIS = TOLERATED.toMillis();
    private static final long NANOS_BETWEEN_WARNINGS = TimeUnit.MINUTES.toNanos(1);

    private final Clock clock;
    private final LongSupplier nanoTime;
    private volatile @Nullable Measurement last;

    private boolean wrong;
    private @Nullable Long warnedNanos;

    @Inject
    ClockDifference(Clock clock, MeterRegistry meters) {
        this(clock, System::nanoTime);
        meters.gauge("gatehouse.clock.difference.seconds", this, difference -> difference.millis() / 1000.0);
    }

    ClockDifference(Clock clock, LongSupplier nanoTime) {
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /**
     * One comparison of the clocks.
     *
     * @param millis this replica's wall clock minus the database's clock
     * @param wallMillis this replica's wall clock at the comparison
     * @param nanos this replica's monotonic clock at the comparison
     */
    private record Measurement(long millis, long wallMillis, long nanos) {}

    /** Returns the instant at which a question to the database begins, for {@link #measured}. */
    long begin() {
        return nanoTime.getAsLong();
    }

    /**
     * Takes the answer to a question for the database's time, which counts for the middle of the round trip.
     *
     * @param begun from {@link #begin}
     * @param databaseMillis the database's clock in milliseconds since 1970
     */
    void measured(long begun, long databaseMillis) {
        long nanos = nanoTime.getAsLong();
        long wallMillis = clock.millis();
        long sinceMiddle = TimeUnit.NANOSECONDS.toMillis(nanos - begun) / 2;
        last = new Measurement(wallMillis - sinceMiddle - databaseMillis, wallMillis, nanos);
    }

    /** Returns true if this replica's clock is behind the database's by more than {@link #TOLERATED}. */
    boolean isBehind() {
        return millis() < -TOLERATED_MILLIS;
    }

    /** Returns true if this replica's clock is ahead of the database's by more than {@link #TOLERATED}. */
    boolean isAhead() {
        return millis() > TOLERATED_MILLIS;
    }

    /** Returns by how much this replica's clock is ahead; zero if it is not. */
    Duration ahead() {
        return Duration.ofMillis(Math.max(0, millis()));
    }

    /** Returns this replica's clock minus the database's clock in milliseconds. */
    long millis() {
        Measurement measurement = last;
        if (measurement == null) {
            return 0;
        }
        long wallStep = clock.millis() - measurement.wallMillis();
        long monotonicStep = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - measurement.nanos());
        return measurement.millis() + wallStep - monotonicStep;
    }

    /** Logs a difference beyond {@link #TOLERATED}, at most once a minute, and its end. Called by one thread. */
    void report() {
        long millis = millis();
        long now = nanoTime.getAsLong();
        if (Math.abs(millis) <= TOLERATED_MILLIS) {
            if (wrong) {
                LOG.info("clock=right");
            }
            wrong = false;
        } else if (warnedNanos == null || now - warnedNanos >= NANOS_BETWEEN_WARNINGS) {
            wrong = true;
            warnedNanos = now;
            LOG.warnf(
                    "clock=%s seconds=%d effect=\"%s\" remedy=\"set the clocks of this machine and of the database\"",
                    millis < 0 ? "behind" : "ahead",
                    Math.abs(millis) / 1000,
                    millis < 0
                            ? "each check of an access token costs a query"
                            : "other replicas refuse new access tokens until their iat");
        }
    }
}
