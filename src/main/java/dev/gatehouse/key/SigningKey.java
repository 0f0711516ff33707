package dev.gatehouse.key;

import java.security.Key;
import java.security.PrivateKey;
import javax.crypto.SecretKey;

/**
 * A key that signs access tokens.
 *
 * @param kid its id in a token's header (RFC 7515, 4.1.4)
 * @param key a {@link PrivateKey}, or for {@link KeyAlgorithm#HS256} a {@link SecretKey}
 */
public record SigningKey(String kid, KeyAlgorithm algorithm, Key key) {
    @Override
    public String toString() {
        return "SigningKey[" + kid + ", redacted]";
    }
}
