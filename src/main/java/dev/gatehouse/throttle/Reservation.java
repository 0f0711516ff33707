package dev.gatehouse.throttle;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The rows in which an attempt has been counted; none where nothing is counted. */
public final class Reservation {
    private final List<Bucket> buckets;
    private final Optional<UUID> account;

    Reservation(List<Bucket> buckets, Optional<UUID> account) {
        this.buckets = List.copyOf(buckets);
        this.account = account;
    }

    List<Bucket> buckets() {
        return buckets;
    }

    Optional<UUID> account() {
        return account;
    }

    @Override
    public String toString() {
        return "Reservation[redacted]";
    }
}
