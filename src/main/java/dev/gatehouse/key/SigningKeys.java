package dev.gatehouse.key;

import dev.gatehouse.problem.NotReadyException;
import jakarta.inject.Singleton;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Optional;
import javax.crypto.SecretKey;

/**
 * The keys that sign access tokens and check them: keys that the service makes, keeps in Postgres and replaces by itself,
 * or where {@code APP_SECRET_STRING} is set that secret. Reads memory only.
 */
@Singleton
public class SigningKeys {
    private final ServiceKeys serviceKeys;

    SigningKeys(ServiceKeys serviceKeys) {
        this.serviceKeys = serviceKeys;
    }

    /**
     * The key that signs now.
     *
     * @throws NotReadyException before the database has been reached, and while there is none that can be decrypted
     */
    public SigningKey current() {
        return UsableKeys.required(serviceKeys.keys().signing());
    }

    /**
     * The key that checks what was signed under an id; empty for an id that is not ours, or not any more. The same object
     * each time, until something about the key changes.
     */
    public Optional<VerificationKey> verificationKey(String kid) {
        return Optional.ofNullable(serviceKeys.keys().verification().get(kid));
    }

    /**
     * A key that signs access tokens.
     *
     * @param kid its id in a token's header (RFC 7515, 4.1.4)
     * @param algorithm the {@code alg} of its tokens (RFC 7518, 3.1)
     * @param key a {@link PrivateKey}, or for HS256 a {@link SecretKey}
     */
    public record SigningKey(String kid, String algorithm, Key key) {
        @Override
        public String toString() {
            return "SigningKey[" + kid + ", redacted]";
        }
    }

    /**
     * A key that checks access tokens.
     *
     * @param kid its id in a token's header (RFC 7515, 4.1.4)
     * @param algorithm the {@code alg} of its tokens, whatever they say of themselves (RFC 8725, 3.1)
     * @param key a {@link PublicKey}, or for HS256 a {@link SecretKey}
     * @param published whether an access token under it can be good; otherwise it can only be exchanged or end its session
     */
    public record VerificationKey(String kid, String algorithm, Key key, boolean published) {
        @Override
        public String toString() {
            return "VerificationKey[" + kid + "]";
        }
    }
}
