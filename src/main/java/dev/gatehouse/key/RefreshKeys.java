package dev.gatehouse.key;

import dev.gatehouse.crypto.HmacSha256;
import dev.gatehouse.problem.NotReadyException;
import jakarta.inject.Singleton;
import java.security.MessageDigest;

/**
 * The keys that make refresh tokens authentic: made once, kept in Postgres and replaced on request, or derived by HKDF from
 * {@code APP_SECRET_STRING}. Reads memory only.
 */
@Singleton
public class RefreshKeys {
    private final ServiceKeys serviceKeys;

    RefreshKeys(ServiceKeys serviceKeys) {
        this.serviceKeys = serviceKeys;
    }

    /**
     * The key that makes codes now.
     *
     * @throws NotReadyException before the database has been reached, and while there is none that can be decrypted
     */
    public RefreshKey current() {
        return UsableKeys.required(serviceKeys.keys().refresh());
    }

    /** Whether a code is that of the message under the key with this id; false for an id that is not ours. */
    public boolean isAuthentic(byte[] keyId, byte[] message, byte[] code) {
        RefreshKey key = serviceKeys.keys().refreshKeys().get(Base64Text.encode(keyId));
        return key != null && MessageDigest.isEqual(key.code(message), code);
    }

    /** A key that makes refresh tokens authentic, for HMAC with SHA-256. */
    public static final class RefreshKey {
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
                    HmacSha256.derive(secret.bytes(), "gatehouse refresh key", KEY_BYTES),
                    HmacSha256.derive(secret.bytes(), "gatehouse refresh kid", ID_BYTES));
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
}
