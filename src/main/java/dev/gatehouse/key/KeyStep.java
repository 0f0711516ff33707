package dev.gatehouse.key;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One change to the keys in the database. */
sealed interface KeyStep {
    /** A new key is made and kept. */
    sealed interface Make extends KeyStep {
        /** From when on it signs, counted from now; {@code null} while it stands by. */
        @Nullable
        Duration signsAfter();
    }

    /** Makes a signing key that stands by. */
    record MakeSigningKey(KeyAlgorithm algorithm) implements Make {
        @Override
        public @Nullable Duration signsAfter() {
            return null;
        }
    }

    /** Makes a refresh key. */
    record MakeRefreshKey(Duration signsAfter) implements Make {}

    /** Makes the key of names. */
    record MakeNameKey() implements Make {
        @Override
        public Duration signsAfter() {
            return Duration.ZERO;
        }
    }

    /** Lets a key that stands by sign from now on. */
    record Sign(String id) implements KeyStep {}

    /** Lets a signing key sign no more; it loses its private half. */
    record Stop(String id) implements KeyStep {}

    /** Encrypts a key under the encryption key that is configured first. */
    record Wrap(StoredKey row) implements KeyStep {}

    /** Removes a key that nothing needs any more. */
    record Forget(String id) implements KeyStep {}
}
