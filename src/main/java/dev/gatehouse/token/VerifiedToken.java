package dev.gatehouse.token;

import dev.gatehouse.key.SigningKeys.VerificationKey;
import java.time.Instant;

/**
 * An access token whose form, signature and claims have been found right, whatever the time is.
 *
 * @param key what it was verified under
 * @param notBefore the later of {@code iat} and {@code nbf}
 * @param expiresAt the earlier of {@code exp} and the end of the longest life that we give, counted from {@code iat}
 */
record VerifiedToken(AccessToken token, VerificationKey key, Instant notBefore, Instant expiresAt) {}
