package dev.gatehouse.auth;

import dev.gatehouse.token.IssuedToken;

/** How a login ended. */
sealed interface LoginOutcome {
    /** Name and password are an account's. */
    record LoggedIn(IssuedToken token) implements LoginOutcome {}

    /** They are not, or no longer. Which of the two is wrong is not told. */
    record InvalidCredentials() implements LoginOutcome {}
}
