package dev.gatehouse.auth;

import dev.gatehouse.session.LiveSession;
import java.time.Duration;

/** How a login ended. */
sealed interface LoginOutcome {
    /** Name and password are an account's, and a session has begun. */
    record LoggedIn(LiveSession session) implements LoginOutcome {}

    /** They are not, or no longer. Which of the two is wrong is not told. */
    record InvalidCredentials() implements LoginOutcome {}

    /** Too many have failed, for the name or from the network. Nothing was checked. */
    record TooManyAttempts(Duration retryAfter) implements LoginOutcome {}
}
