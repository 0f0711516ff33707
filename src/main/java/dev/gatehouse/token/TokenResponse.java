package dev.gatehouse.token;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The answer of every call that hands out tokens. {@code token} is the seed's name for the access token; the other members
 * are those of RFC 6749, 5.1, and {@code refresh_expires_in} in seconds, after which the refresh token is of no use unless
 * it was used. The last two are absent where an access token was refreshed.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "The tokens of a session (RFC 6749, 5.1).")
public record TokenResponse(
        @Schema(description = "The same as `access_token`.", maxLength = CompactToken.MAX_LENGTH, examples = EXAMPLE)
        String token,

        @Schema(
                description = "The access token, a JWT (RFC 9068).",
                maxLength = CompactToken.MAX_LENGTH,
                examples = EXAMPLE)
        String accessToken,

        @Schema(description = "The type of the access token (RFC 6750).", constValue = "Bearer", examples = "Bearer")
        String tokenType,

        @Schema(description = "The number of seconds until the access token expires.", minimum = "0", examples = "1800")
        long expiresIn,

        @Schema(
                description = "The refresh token. Absent if an access token was exchanged.",
                maxLength = CompactToken.MAX_LENGTH,
                examples = "AQp3kC0V7x2mHn4Vq1Zt0kWc8eR5sJd6uYb9fGi3oLaPzXwNhTgMrEjKvQyUcBlSdOtFiAeWnRpZmXbGhYkQ")
        @Nullable
        String refreshToken,

        @Schema(
                description =
                        "The number of seconds until the refresh token expires. Its exchange moves this time, but not"
                                + " beyond 30 days after the login, unless the service is configured otherwise. Absent if"
                                + " `refresh_token` is.",
                minimum = "0",
                examples = "604800")
        @Nullable
        Long refreshExpiresIn) {
    private static final String EXAMPLE = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ing3dSJ9"
            + ".eyJpc3MiOiJnYXRlaG91c2UiLCJzdWIiOiJmbHlpbmdzcG9uZ2UifQ.c2lnbmF0dXJl";

    @Override
    public String toString() {
        return "TokenResponse[redacted]";
    }
}
