package dev.gatehouse.session;

/** How the holder of a session fared who wanted to end another. */
enum RevocationOutcome {
    /** The session was live and is no more. */
    REVOKED,
    /** The account has no such live session. */
    NO_SUCH_SESSION,
    /** The caller's own session is not live any more. */
    CALLER_ENDED
}
