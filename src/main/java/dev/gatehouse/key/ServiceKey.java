package dev.gatehouse.key;

import dev.gatehouse.crypto.HmacSha256;
import dev.gatehouse.key.RefreshKeys.RefreshKey;
import dev.gatehouse.key.ServiceKey.Purpose;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
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
record ServiceKey(
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
    boolean isSameKeyAs(ServiceKey other) {
        return id.equals(other.id)
                && purpose == other.purpose
                && algorithm == other.algorithm
                && Objects.equals(publicKey, other.publicKey);
    }

    /** Returns true if a check of the other row finds the same: only the times differ. */
    boolean hasContentOf(ServiceKey other) {
        return isSameKeyAs(other)
                && hasStopped() == other.hasStopped()
                && Objects.equals(material, other.material)
                && Objects.equals(wrappedUnder, other.wrappedUnder);
    }

    /** The bytes of a key, in clear or wrapped, which never show themselves. */
    static final class KeyBytes {
        private final byte[] bytes;

        KeyBytes(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        byte[] toArray() {
            return bytes.clone();
        }

        int length() {
            return bytes.length;
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

    /**
     * A key that has been made and is to be kept, already wrapped.
     *
     * @param publicKey none of a secret
     * @param wrappedUnder the id of the encryption key; none in clear
     */
    record NewKey(
            String id,
            Purpose purpose,
            KeyAlgorithm algorithm,
            @Nullable KeyBytes publicKey,
            KeyBytes material,
            @Nullable String wrappedUnder) {
        static final int SECRET_BYTES = 32;

        /** Makes a key that signs access tokens. */
        static NewKey signing(KeyAlgorithm algorithm, EncryptionKeys encryptionKeys) {
            KeyPair pair = algorithm.generate();
            String kid = JwkSet.thumbprint(pair.getPublic());
            return new NewKey(
                    kid,
                    Purpose.SIGNING,
                    algorithm,
                    new KeyBytes(pair.getPublic().getEncoded()),
                    encryptionKeys.wrap(pair.getPrivate().getEncoded(), Purpose.SIGNING, kid),
                    encryptionKeys.currentId().orElse(null));
        }

        /** Makes a key for refresh tokens. */
        static NewKey refresh(EncryptionKeys encryptionKeys) {
            return ofSecret(Purpose.REFRESH, secret(), encryptionKeys);
        }

        /** Makes a key for hashes of names. */
        static NewKey names(EncryptionKeys encryptionKeys) {
            return ofSecret(Purpose.NAME_HASH, secret(), encryptionKeys);
        }

        /** Returns the id of a secret, which does not reveal it. Not for {@link Purpose#SIGNING}. */
        static byte[] idOf(Purpose purpose, byte[] secret) {
            String info = purpose == Purpose.REFRESH ? "gatehouse refresh kid" : "gatehouse name key id";
            return HmacSha256.derive(secret, info, RefreshKey.ID_BYTES);
        }

        private static NewKey ofSecret(Purpose purpose, byte[] secret, EncryptionKeys encryptionKeys) {
            String id = Base64Text.encode(idOf(purpose, secret));
            return new NewKey(
                    id,
                    purpose,
                    KeyAlgorithm.HS256,
                    null,
                    encryptionKeys.wrap(secret, purpose, id),
                    encryptionKeys.currentId().orElse(null));
        }

        private static byte[] secret() {
            byte[] secret = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(secret);
            return secret;
        }
    }
}
