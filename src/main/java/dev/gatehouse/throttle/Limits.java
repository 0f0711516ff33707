package dev.gatehouse.throttle;

import java.time.Duration;
import java.util.Optional;

/**
 * The bounds of a row.
 *
 * @param free how many failures cost nothing; each further one doubles the wait
 * @param most how many failures there may be, beyond which one is let through each time that one is forgotten
 * @param room how many attempts may be under way in addition to those that may still fail without cost
 * @param decay how long it takes until one failure is forgotten
 * @param firstWait how long the first attempt waits that must
 * @param longestWait how long an attempt waits at most
 */
record Limits(int free, int most, int room, Duration decay, Duration firstWait, Duration longestWait) {
    /** Beyond so many doublings every wait is the longest: one second becomes a day after 17. */
    private static final int MOST_DOUBLINGS = 20;

    /** Returns how long the next attempt has to wait after so many failures; empty if they cost nothing. */
    Optional<Duration> waitAfter(int failures) {
        if (failures <= free) {
            return Optional.empty();
        }
        int doublings = Math.min(failures - free - 1, MOST_DOUBLINGS);
        return Optional.of(Duration.ofMillis(Math.min(firstWait.toMillis() << doublings, longestWait.toMillis())));
    }
}
