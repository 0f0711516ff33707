package dev.gatehouse.key;

import java.time.Duration;

/** Told by the room that makes access tokens, which stands above this one and the sessions'. */
public interface AccessTokenLife {
    /** How long after it was made an access token can be accepted anywhere, leeway included. */
    Duration longest();
}
