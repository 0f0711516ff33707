package dev.gatehouse.key;

import dev.gatehouse.crypto.HmacSha256;

/** A key that makes refresh tokens authentic, for HMAC with SHA-256. */
public final class RefreshKey {
    /** The length of a key's id in bytes. */
    public static final int ID_BYTES = 6;

    /** The length of a code in bytes. */
    public static final int CODE_BYTES = 32;

    static final int KEY_BYTES = 32;

    private final byte[] key;
    private final byte[] id;

    RefreshKey(byte[] key, byte[] id) {
        this.key = key.clone();
        this.id = id.clone();
    }

    /** The key that goes with a secret: derived by HKDF, so that nothing of it is in the database. */
    static RefreshKey of(AppSecret secret) {
        return new RefreshKey(
                Hkdf.derive(secret.bytes(), "gatehouse refresh key", KEY_BYTES),
                Hkdf.derive(secret.bytes(), "gatehouse refresh kid", ID_BYTES));
    }

    /** Its id, {@value #ID_BYTES} bytes that do not reveal it. */
    public byte[] id() {
        return id.clone();
    }

    /** The code of a message, {@value #CODE_BYTES} bytes. */
    public byte[] code(byte[] message) {
        return HmacSha256.of(key, message);
    }

    @Override
    public String toString() {
        return "RefreshKey[redacted]";
    }
}
