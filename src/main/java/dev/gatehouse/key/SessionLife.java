package dev.gatehouse.key;

import java.time.Duration;

/** Told by the room of the sessions, which stands above this one. */
public interface SessionLife {
    /**
     * How long a credential of a session can be of any use there: the longer of the absolute limit and of the time in
     * which an expired access token can be refreshed.
     */
    Duration longest();
}
