package dev.gatehouse.throttle;

/** How an attempt ended. */
public enum Verdict {
    /** The password was right. */
    SUCCEEDED("succeeded"),
    /** The password was wrong, or there is no such account. */
    FAILED("failed"),
    /** It counts as it was reserved, however it ended: there is nothing to say. */
    COUNTED("counted"),
    /** It was given up before that was known: nothing is counted. */
    NONE("none");

    private final String stored;

    Verdict(String stored) {
        this.stored = stored;
    }

    String stored() {
        return stored;
    }
}
