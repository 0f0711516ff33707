package dev.gatehouse.throttle;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Whether an attempt may be made. */
public sealed interface Attempt {
    /** The attempt may be made and is counted as under way. The caller settles it once it has ended. */
    record Allowed(Reservation reservation) implements Attempt {}

    /**
     * It may not, and has not been counted.
     *
     * @param retryAfter when it may be worth another try
     */
    record Blocked(Duration retryAfter) implements Attempt {}

    /**
     * It may not yet, and has not been counted: as many are under way as may be, and one of those may end soon.
     *
     * @param place the row that has no place, see {@link Reservation#places}
     */
    record Crowded(String place) implements Attempt {
        @Override
        public String toString() {
            return "Crowded[redacted]";
        }
    }

    /** How an attempt ended. */
    enum Verdict {
        /** The password was right. */
        SUCCEEDED,
        /** The password was wrong, or there is no such account. */
        FAILED,
        /** It counts as it was reserved, however it ended: there is nothing to say. */
        COUNTED,
        /** It was given up before that was known: nothing is counted. */
        NONE
    }

    /** The rows in which an attempt has been counted; none where nothing is counted. */
    final class Reservation {
        private final List<Bucket> buckets;
        private final Optional<UUID> account;
        private final long period;

        Reservation(List<Bucket> buckets, Optional<UUID> account, long period) {
            this.buckets = List.copyOf(buckets);
            this.account = account;
            this.period = period;
        }

        List<Bucket> buckets() {
            return buckets;
        }

        /** Returns a text for each row that the attempt is counted in. It may have a name or an address in it. */
        public List<String> places() {
            return buckets.stream().map(Bucket::place).toList();
        }

        Optional<UUID> account() {
            return account;
        }

        long period() {
            return period;
        }

        @Override
        public String toString() {
            return "Reservation[redacted]";
        }
    }
}
