package dev.gatehouse.throttle;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The rows in which an attempt has been counted; none where nothing is counted. */
public final class Reservation {
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
