package dev.gatehouse.account;

import java.time.Duration;
import java.util.UUID;

/** How an act ended for which the holder of an access token had to give the password again. */
sealed interface Confirmation<T> {
    /** The password was right, and the act is done and committed. */
    record Done<T>(T result) implements Confirmation<T> {}

    /**
     * It was not, or is not any more. Nothing was changed.
     *
     * @param account whose password it was not
     */
    record WrongPassword<T>(UUID account) implements Confirmation<T> {}

    /** Too many passwords of this session were wrong. Nothing was checked. */
    record TooManyAttempts<T>(Duration retryAfter) implements Confirmation<T> {}

    /** The session of the access token is not live any more. Nothing was changed. */
    record SessionEnded<T>() implements Confirmation<T> {}
}
