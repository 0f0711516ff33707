package dev.gatehouse.key;

import dev.gatehouse.crypto.HmacSha256;
import dev.gatehouse.key.ServiceKey.KeyBytes;
import dev.gatehouse.problem.NotReadyException;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;

/**
 * Hashes names that must stay recognisable without being stored, such as a deleted account's. The key is made once, by
 * whichever replica comes first, and kept in Postgres for ever: the hashes would be worth nothing under another.
 */
@Singleton
public class NameHashes {
    private final ServiceKeys serviceKeys;

    NameHashes(ServiceKeys serviceKeys) {
        this.serviceKeys = serviceKeys;
    }

    /**
     * The keyed hash of a name: HMAC-SHA-256, 32 bytes.
     *
     * @throws NotReadyException before the database has been reached, and while the key cannot be decrypted
     */
    public byte[] hash(String name) {
        KeyBytes key = UsableKeys.required(serviceKeys.keys().nameKey());
        return HmacSha256.of(key.toArray(), name.getBytes(StandardCharsets.UTF_8));
    }
}
