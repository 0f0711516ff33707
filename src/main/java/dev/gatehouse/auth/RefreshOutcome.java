package dev.gatehouse.auth;

import dev.gatehouse.token.IssuedToken;

/** How a refresh ended. */
sealed interface RefreshOutcome {
    /** The token was good for a new one. */
    record Refreshed(IssuedToken token) implements RefreshOutcome {}

    /** The token is ours and older than the refresh window allows, or its login than the absolute limit. */
    record TooLate() implements RefreshOutcome {}

    /** The token is not one of ours. */
    record InvalidToken() implements RefreshOutcome {}
}
