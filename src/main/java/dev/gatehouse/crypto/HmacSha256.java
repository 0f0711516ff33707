package dev.gatehouse.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC with SHA-256 (RFC 2104). */
public final class HmacSha256 {
    /** The name by which the Java platform knows it. */
    public static final String ALGORITHM = "HmacSHA256";

    private HmacSha256() {}

    /** The code of a message, 32 bytes. The key may have any length but 0. */
    public static byte[] of(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
