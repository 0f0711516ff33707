package dev.gatehouse.token;

import java.time.Duration;
import java.time.Instant;

/**
 * The claims of an access token whose signature and form have been checked.
 *
 * @param subject the username ({@code sub})
 * @param authenticatedAt when the password was checked ({@code auth_time}); refreshing does not move it
 * @param authenticatedFor how long ago that was, when the token was checked
 */
public record AccessToken(String subject, Instant authenticatedAt, Duration authenticatedFor) {}
