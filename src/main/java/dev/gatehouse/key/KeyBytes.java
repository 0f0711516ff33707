package dev.gatehouse.key;

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
    public String toString() {
        return "KeyBytes[redacted]";
    }
}
