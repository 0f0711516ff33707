package dev.gatehouse.key;

import dev.gatehouse.problem.NotReadyException;
import jakarta.inject.Singleton;
import java.security.MessageDigest;

/**
 * The keys that make refresh tokens authentic: made once, kept in Postgres and replaced on request, or derived by HKDF from
 * {@code APP_SECRET_STRING}. Reads memory only.
 */
@Singleton
public class RefreshKeys {
    private final Keyring keyring;

    RefreshKeys(Keyring keyring) {
        this.keyring = keyring;
    }

    /**
     * The key that makes codes now.
     *
     * @throws NotReadyException before the database has been reached, and while there is none that can be decrypted
     */
    public RefreshKey current() {
        return Keys.required(keyring.keys().refresh());
    }

    /** Whether a code is that of the message under the key with this id; false for an id that is not ours. */
    public boolean isAuthentic(byte[] keyId, byte[] message, byte[] code) {
        RefreshKey key = keyring.keys().refreshKeys().get(Base64Text.encode(keyId));
        return key != null && MessageDigest.isEqual(key.code(message), code);
    }
}
