package dev.gatehouse.throttle;

import java.time.Duration;

/** Whether an attempt may be made. */
public sealed interface Attempt {
    /** It may, and has been counted as one that fails; whoever makes it says how it ended. */
    record Allowed(Reservation reservation) implements Attempt {}

    /**
     * It may not, and has not been counted.
     *
     * @param retryAfter when it may be worth another try
     */
    record Blocked(Duration retryAfter) implements Attempt {}
}
