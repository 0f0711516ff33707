package dev.gatehouse.account;

import java.time.Instant;

/** How a registration ended. */
public sealed interface Registration {
    /** The account exists now, since an instant that the database has stamped. */
    record Registered(Username username, Instant createdAt) implements Registration {}

    /** The name is an account's, or was one's that has been deleted. Nothing was stored. */
    record NameTaken() implements Registration {}
}
