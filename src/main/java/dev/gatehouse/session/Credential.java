package dev.gatehouse.session;

import java.time.Duration;
import java.util.UUID;

/** What a refresh is asked for with, once it has been found to be authentic. */
public sealed interface Credential {
    /** The session that it belongs to. */
    UUID sessionId();

    /** The session's generation when it was made, 1 or more. */
    long generation();

    /** A refresh token. */
    record OfRefreshToken(UUID sessionId, long generation) implements Credential {}

    /**
     * An access token, the seed's way.
     *
     * @param expiredSince how long it has not been good; zero while it is
     */
    record OfAccessToken(UUID sessionId, long generation, Duration expiredSince) implements Credential {}
}
