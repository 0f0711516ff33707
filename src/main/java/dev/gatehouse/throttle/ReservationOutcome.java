package dev.gatehouse.throttle;

import java.time.Duration;

/** Whether an attempt may be made. */
public sealed interface ReservationOutcome {
    /** The attempt may be made and is counted as under way. The caller settles it once it has ended. */
    record Allowed(Reservation reservation) implements ReservationOutcome {}

    /**
     * It may not, and has not been counted.
     *
     * @param retryAfter when it may be worth another try
     */
    record Blocked(Duration retryAfter) implements ReservationOutcome {}

    /**
     * It may not yet, and has not been counted: as many are under way as may be, and one of those may end soon.
     *
     * @param place the row that has no place, see {@link Reservation#places}
     */
    record Crowded(String place) implements ReservationOutcome {
        @Override
        public String toString() {
            return "Crowded[redacted]";
        }
    }
}
