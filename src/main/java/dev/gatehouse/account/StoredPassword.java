package dev.gatehouse.account;

import java.util.UUID;

/** An account's password hash as it stood when it was read. */
public record StoredPassword(UUID accountId, String hash) {
    @Override
    public String toString() {
        return "StoredPassword[accountId=" + accountId + ", hash=redacted]";
    }
}
