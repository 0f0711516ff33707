package dev.gatehouse.throttle;

/** How an attempt ended. */
public enum AttemptOutcome {
    /** The password was right. */
    SUCCEEDED,
    /** The password was wrong, or there is no such account. */
    FAILED,
    /** It counts as it was reserved, however it ended: there is nothing to say. */
    COUNTED,
    /** It was given up before that was known: nothing is counted. */
    NONE
}
