package dev.gatehouse.token;

import java.time.Duration;

/** What the check of an access token found. */
public sealed interface TokenCheck {
    /** The token is ours, whole, and within its time. */
    record Valid(AccessToken token) implements TokenCheck {}

    /**
     * The token is ours and whole, but past its time; good for a refresh at most.
     *
     * @param since how long it has not been good
     */
    record Expired(AccessToken token, Duration since) implements TokenCheck {}

    /** Anything else. Which check failed is not told, here or to the caller. */
    record Invalid() implements TokenCheck {}
}
