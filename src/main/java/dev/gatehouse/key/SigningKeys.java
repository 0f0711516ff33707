package dev.gatehouse.key;

import dev.gatehouse.platform.HmacSha256;
import jakarta.inject.Singleton;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The keys that sign access tokens and check them. At present one, of HS256, made of {@code APP_SECRET_STRING}. */
@Singleton
public class SigningKeys {
    private static final int KID_BYTES = 8;

    private final SecretKey key;
    private final String kid;

    SigningKeys(AppSecret secret) {
        key = new SecretKeySpec(secret.bytes(), HmacSha256.ALGORITHM);
        kid = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Hkdf.derive(secret.bytes(), "gatehouse kid", KID_BYTES));
    }

    /** The key that signs, for HMAC with SHA-256. */
    public SecretKey signingKey() {
        return key;
    }

    /** The id of the key that signs (RFC 7515, 4.1.4), eight bytes in base64url that do not reveal the key. */
    public String signingKid() {
        return kid;
    }

    /** The key that checks what was signed under an id; empty for an id that is not ours. */
    public Optional<SecretKey> verificationKey(String keyId) {
        return keyId.equals(kid) ? Optional.of(key) : Optional.empty();
    }
}
