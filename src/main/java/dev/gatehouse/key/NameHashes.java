package dev.gatehouse.key;

import dev.gatehouse.platform.DatabaseReached;
import dev.gatehouse.platform.HmacSha256;
import io.quarkus.hibernate.orm.panache.Panache;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Hashes names that must stay recognisable without being stored, such as a deleted account's. The key is made once, by
 * whichever replica comes first, and kept in Postgres for ever: the hashes would be worth nothing under another.
 */
@ApplicationScoped
public class NameHashes {
    private static final String PURPOSE = "name-hash";
    private static final int KEY_BYTES = 32;

    private volatile byte @Nullable [] key;

    @Transactional
    void load(@Observes DatabaseReached event) {
        byte[] candidate = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(candidate);
        Panache.getEntityManager()
                .createNativeQuery("INSERT INTO service_key (purpose, material) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .setParameter(1, PURPOSE)
                .setParameter(2, candidate)
                .executeUpdate();
        key = (byte[]) Panache.getEntityManager()
                .createNativeQuery("SELECT material FROM service_key WHERE purpose = ?1", byte[].class)
                .setParameter(1, PURPOSE)
                .getSingleResult();
    }

    /**
     * The keyed hash of a name: HMAC-SHA-256, 32 bytes.
     *
     * @throws IllegalStateException before the database has been reached
     */
    public byte[] hash(String name) {
        byte[] loaded = key;
        if (loaded == null) {
            throw new IllegalStateException("the database has not been reached yet");
        }
        return HmacSha256.of(loaded, name.getBytes(StandardCharsets.UTF_8));
    }
}
