package dev.gatehouse.key;

import dev.gatehouse.crypto.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** HKDF with SHA-256 (RFC 5869), without a salt and for one block of output. */
final class Hkdf {
    private static final int HASH_BYTES = 32;

    private Hkdf() {}

    /**
     * Derives a value from a secret; values with different purposes say nothing about each other.
     *
     * @param secret the input keying material
     * @param purpose the {@code info} of RFC 5869
     * @param length in bytes, 1 to 32
     */
    static byte[] derive(byte[] secret, String purpose, int length) {
        byte[] pseudorandomKey = HmacSha256.of(new byte[HASH_BYTES], secret);
        byte[] info = purpose.getBytes(StandardCharsets.UTF_8);
        byte[] block = Arrays.copyOf(info, info.length + 1);
        block[info.length] = 1;
        return Arrays.copyOf(HmacSha256.of(pseudorandomKey, block), length);
    }
}
