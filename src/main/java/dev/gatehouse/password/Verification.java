package dev.gatehouse.password;

/** What came of checking a password. */
public enum Verification {
    /** It is the one that was hashed. */
    MATCHES,
    /** It is not, or there was no hash. */
    DIFFERS,
    /** The stored hash has none of the forms that can be verified; no password matches it. */
    UNREADABLE
}
