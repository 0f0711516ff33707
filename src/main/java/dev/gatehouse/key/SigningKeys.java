package dev.gatehouse.key;

import dev.gatehouse.platform.HmacSha256;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Startup;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jboss.logging.Logger;

/** The keys that sign access tokens and check them. At present one, of HS256, made of {@code APP_SECRET_STRING}. */
@Startup // So that what there is to say about the secret is said at start.
@Singleton
public class SigningKeys {
    private static final Logger LOG = Logger.getLogger(SigningKeys.class);

    private static final int KID_BYTES = 8;

    private final SecretKey key;
    private final String kid;

    @Inject
    SigningKeys() {
        this(AppSecret.fromEnvironment().orElseGet(SigningKeys::forThisRun));
    }

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

    private static AppSecret forThisRun() {
        if (!LaunchMode.current().isDevOrTest()) {
            throw new IllegalStateException(AppSecret.VARIABLE + " is not set"); // The safety checks come first.
        }
        LOG.warnf("secret=random reason=\"%s is not set\" effect=\"tokens end with this run\"", AppSecret.VARIABLE);
        byte[] bytes = new byte[AppSecret.MIN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return AppSecret.of(bytes);
    }
}
