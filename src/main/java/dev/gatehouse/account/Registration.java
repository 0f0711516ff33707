package dev.gatehouse.account;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** How a registration ended. */
public sealed interface Registration {
    /** The account exists now, since an instant that the database has stamped. */
    record Registered(Username username, Instant createdAt) implements Registration {}

    /**
     * The name is taken. Nothing was stored.
     *
     * @param owner the account that has it; empty when one had it that has been deleted
     */
    record NameTaken(Optional<UUID> owner) implements Registration {}

    /** Too many sign-ups were tried from the client's network. Nothing was hashed or stored. */
    record TooManyAttempts(Duration retryAfter) implements Registration {}
}
