package dev.gatehouse.token;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The answer of every call that hands out tokens. {@code token} is the seed's name for the access token; the other members
 * are those of RFC 6749, 5.1, and {@code refresh_expires_in} in seconds, after which the refresh token is of no use unless
 * it was used. The last two are absent where an access token was refreshed.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TokenAnswer(
        String token,
        String accessToken,
        String tokenType,
        long expiresIn,
        @Nullable String refreshToken,
        @Nullable Long refreshExpiresIn) {
    @Override
    public String toString() {
        return "TokenAnswer[redacted]";
    }
}
