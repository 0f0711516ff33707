package dev.gatehouse.token;

/** What the check of an access token found. */
public sealed interface TokenCheck {
    /** The token is ours, whole, and within its time. */
    record Valid(AccessToken token) implements TokenCheck {}

    /** The token is ours and whole, but past its time; good for a refresh at most. */
    record Expired(AccessToken token) implements TokenCheck {}

    /** Anything else. Which check failed is not told, here or to the caller. */
    record Invalid() implements TokenCheck {}
}
