package dev.gatehouse.token;

import java.time.Duration;

/**
 * A new access token.
 *
 * @param compact the JWT in compact serialization
 * @param expiresIn from now until its {@code exp}, in whole seconds
 */
record IssuedToken(String compact, Duration expiresIn) {
    @Override
    public String toString() {
        return "IssuedToken[redacted]";
    }
}
