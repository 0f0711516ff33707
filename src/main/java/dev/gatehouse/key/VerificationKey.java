package dev.gatehouse.key;

import java.security.Key;
import java.security.PublicKey;
import javax.crypto.SecretKey;

/**
 * A key that checks access tokens.
 *
 * @param kid its id in a token's header (RFC 7515, 4.1.4)
 * @param algorithm the one that its tokens are of, whatever they say of themselves (RFC 8725, 3.1)
 * @param key a {@link PublicKey}, or for {@link KeyAlgorithm#HS256} a {@link SecretKey}
 * @param published whether an access token under it can be good; otherwise it can only be exchanged or end its session
 */
public record VerificationKey(String kid, KeyAlgorithm algorithm, Key key, boolean published) {
    @Override
    public String toString() {
        return "VerificationKey[" + kid + "]";
    }
}
