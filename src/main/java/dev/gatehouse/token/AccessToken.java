package dev.gatehouse.token;

import java.time.Instant;

/**
 * The claims of an access token whose signature and form have been checked.
 *
 * @param subject the username ({@code sub})
 * @param expiresAt when it stops being good ({@code exp}), or one token lifetime after {@code iat} if that is earlier
 * @param authenticatedAt when the password was checked ({@code auth_time}); refreshing does not move it
 */
public record AccessToken(String subject, Instant expiresAt, Instant authenticatedAt) {}
