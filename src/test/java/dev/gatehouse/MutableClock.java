package dev.gatehouse;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The service's clock in tests: the system's, until a test sets it ahead or back. */
@Alternative
@Priority(1)
@Singleton
public class MutableClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;
    private volatile @Nullable Instant frozen;

    /** Sets the clock ahead, or back by a negative duration. */
    public void advance(Duration by) {
        ahead = ahead.plus(by);
    }

    /** Lets the clock stand still at an instant. */
    public void freezeAt(Instant instant) {
        frozen = instant;
    }

    /** Back to the system's time. */
    public void reset() {
        ahead = Duration.ZERO;
        frozen = null;
    }

    @Override
    public Instant instant() {
        Instant fixed = frozen;
        return (fixed == null ? Instant.now() : fixed).plus(ahead);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("the service knows no zones");
    }
}
