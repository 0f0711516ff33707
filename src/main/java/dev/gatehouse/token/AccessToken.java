package dev.gatehouse.token;

import java.util.UUID;

/**
 * The claims of an access token whose signature and form have been checked.
 *
 * @param subject the username ({@code sub})
 * @param sessionId its session ({@code sid})
 * @param generation the session's generation when it was made ({@code gen}), 1 or more
 */
public record AccessToken(String subject, UUID sessionId, long generation) {}
