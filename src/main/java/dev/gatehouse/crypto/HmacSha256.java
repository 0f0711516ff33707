package dev.gatehouse.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC with SHA-256 (RFC 2104). */
public final class HmacSha256 {
    /** The name by which the Java platform knows it. */
    public static final String ALGORITHM = "HmacSHA256";

    private static final int BYTES = 32;

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

    /**
     * Derives a value from a secret by HKDF (RFC 5869), without a salt and for one block of output. Values with different
     * purposes say nothing about each other.
     *
     * @param secret the input keying material
     * @param purpose the {@code info} of RFC 5869
     * @param length in bytes, 1 to 32
     */
    public static byte[] derive(byte[] secret, String purpose, int length) {
        byte[] pseudorandomKey = of(new byte[BYTES], secret);
        byte[] info = purpose.getBytes(StandardCharsets.UTF_8);
        byte[] block = Arrays.copyOf(info, info.length + 1);
        block[info.length] = 1;
        return Arrays.copyOf(of(pseudorandomKey, block), length);
    }
}
