package dev.gatehouse.problem;

import java.time.Duration;

/** There is more to do than can be done in time; nothing has been done for this call. */
public final class OverloadedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Duration wait;

    /** @param wait after which it may be better */
    public OverloadedException(Duration wait) {
        super("overloaded", null, false, false);
        this.wait = wait;
    }

    Duration retryAfter() {
        return wait;
    }
}
