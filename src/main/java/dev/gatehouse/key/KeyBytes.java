package dev.gatehouse.key;

import java.security.MessageDigest;
import java.util.Arrays;

/** The bytes of a key, in clear or wrapped, which never show themselves. */
final class KeyBytes {
    private final byte[] bytes;

    KeyBytes(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    byte[] toArray() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBytes that && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "KeyBytes[redacted]";
    }
}
