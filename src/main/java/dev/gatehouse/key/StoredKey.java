package dev.gatehouse.key;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code service_key}. All instants are the database's.
 *
 * @param publicKey the public half; none of a secret
 * @param material the private half or the secret; none of a signing key that has stopped
 * @param wrappedUnder the id of the encryption key under which the material is; none in clear
 * @param createdAt for a signing key, since when it has been published
 * @param signsFrom none while a signing key stands by
 * @param stoppedAt from when on another one was to take over; none before
 */
record StoredKey(
        String id,
        Purpose purpose,
        KeyAlgorithm algorithm,
        @Nullable KeyBytes publicKey,
        @Nullable KeyBytes material,
        @Nullable String wrappedUnder,
        Instant createdAt,
        @Nullable Instant signsFrom,
        @Nullable Instant stoppedAt) {

    /** What a key of the service is for. */
    enum Purpose {
        /** Signs access tokens. */
        SIGNING("signing"),
        /** Makes refresh tokens authentic. */
        REFRESH("refresh"),
        /** Hashes names. One for ever: the hashes would be worth nothing under another. */
        NAME_HASH("name-hash");

        private final String stored;

        Purpose(String stored) {
            this.stored = stored;
        }

        /** Returns the purpose with this name in the table; empty if there is none. */
        static Optional<Purpose> named(@Nullable String stored) {
            return Arrays.stream(values())
                    .filter(purpose -> purpose.stored.equals(stored))
                    .findFirst();
        }

        /** The name in the table. */
        String stored() {
            return stored;
        }
    }

    boolean standsBy() {
        return signsFrom == null && stoppedAt == null;
    }

    boolean hasStopped() {
        return stoppedAt != null;
    }

    /** Returns true if the other row has the same key, however it is stored. */
    boolean isSameKeyAs(StoredKey other) {
        return id.equals(other.id)
                && purpose == other.purpose
                && algorithm == other.algorithm
                && Objects.equals(publicKey, other.publicKey);
    }

    /** Returns true if a check of the other row finds the same: only the times differ. */
    boolean hasContentOf(StoredKey other) {
        return isSameKeyAs(other)
                && hasStopped() == other.hasStopped()
                && Objects.equals(material, other.material)
                && Objects.equals(wrappedUnder, other.wrappedUnder);
    }
}
