package dev.gatehouse.session;

/** How a refresh ended. */
public sealed interface RefreshOutcome {
    /**
     * The session goes on, at a new generation or, within the grace, at its current one.
     *
     * @param by what it was asked for with; only a refresh token is answered with one
     */
    record Refreshed(LiveSession session, Credential by) implements RefreshOutcome {}

    /** The access token expired longer ago than the window allows. Nothing was changed. */
    record TooLate() implements RefreshOutcome {}

    /** There is no such session any more, or it has ended just now because the credential was exchanged before. */
    record SessionEnded() implements RefreshOutcome {}

    /** The credential is not ours, or is an access token of a session whose refresh token is in use. Nothing was changed. */
    record Refused() implements RefreshOutcome {}
}
