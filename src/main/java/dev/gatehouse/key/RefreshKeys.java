package dev.gatehouse.key;

import dev.gatehouse.platform.HmacSha256;
import jakarta.inject.Singleton;
import java.security.MessageDigest;

/**
 * The key that makes refresh tokens authentic, for HMAC with SHA-256. Derived by HKDF from {@code APP_SECRET_STRING}, so
 * that whoever reads the database can make none.
 */
@Singleton
public class RefreshKeys {
    /** The length of a key's id in bytes. */
    public static final int ID_BYTES = 6;

    /** The length of a code in bytes. */
    public static final int CODE_BYTES = 32;

    private static final int KEY_BYTES = 32;

    private final byte[] key;
    private final byte[] id;

    RefreshKeys(AppSecret secret) {
        key = Hkdf.derive(secret.bytes(), "gatehouse refresh key", KEY_BYTES);
        id = Hkdf.derive(secret.bytes(), "gatehouse refresh kid", ID_BYTES);
    }

    /** The id of the key that makes codes now, {@value #ID_BYTES} bytes that do not reveal it. */
    public byte[] currentId() {
        return id.clone();
    }

    /** The code of a message under the key that makes them now, {@value #CODE_BYTES} bytes. */
    public byte[] code(byte[] message) {
        return HmacSha256.of(key, message);
    }

    /** Whether a code is that of the message under the key with this id; false for an id that is not ours. */
    public boolean isAuthentic(byte[] keyId, byte[] message, byte[] code) {
        return MessageDigest.isEqual(keyId, id) && MessageDigest.isEqual(code(message), code);
    }
}
