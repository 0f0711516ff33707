package dev.gatehouse.key;

import dev.gatehouse.key.StoredKey.Purpose;
import java.security.PublicKey;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code service_key} as {@link KeyCheck} found them.
 *
 * @param byId each row that could be read, by its id
 * @param refused the rows that must not be used, in the order of their ids
 * @param unreadable the ids of rows that need an encryption key which is not configured
 * @param withoutGoodRow the purposes of which there are only refused rows
 * @param now the database's time when the rows were read
 */
record CheckedKeys(
        Map<String, CheckedKey> byId,
        List<RefusedRow> refused,
        List<String> unreadable,
        Set<Purpose> withoutGoodRow,
        Instant now) {

    /** An id of ours has 43 characters at most. */
    private static final int PRINTED = 64;

    /** What is known before anything was read. */
    static final CheckedKeys NONE =
            new CheckedKeys(Map.of(), List.of(), List.of(), EnumSet.noneOf(Purpose.class), Instant.EPOCH);

    /** A row and what the check found. */
    record CheckedKey(StoredKey row, CheckOutcome outcome) {}

    /** What the check of a row found. */
    sealed interface CheckOutcome {
        /** The row is a key of this service. */
        sealed interface Good extends CheckOutcome {}

        /**
         * A signing key.
         *
         * @param signer none if the key has stopped and keeps no private half
         */
        record Signing(PublicKey publicKey, @Nullable SigningKey signer) implements Good {}

        /** A key of refresh tokens. */
        record Refresh(RefreshKey key) implements Good {}

        /** A key that hashes names. */
        record Names(KeyBytes key) implements Good {}

        /**
         * The row needs an encryption key that is not configured.
         *
         * @param publicKey verifies tokens although nothing proves it; only where no encryption key is configured
         */
        record Unreadable(@Nullable PublicKey publicKey) implements CheckOutcome {}

        /** The row must not be used. */
        record Refused(Refusal reason) implements CheckOutcome {}
    }

    /** Why a row is not used. */
    enum Refusal {
        CLEAR("is stored in clear"),
        ALTERED("does not decrypt under the encryption key that it names"),
        WITHOUT_SECRET("has no private half or secret"),
        OTHER_PUBLIC_HALF("has the public half of another key"),
        OTHER_ID("has an id that is not derived from its key"),
        NO_KEY("is no key of its algorithm"),
        UNKNOWN_KIND("has an unknown purpose or algorithm, or no time");

        private final String text;

        Refusal(String text) {
            this.text = text;
        }
    }

    /**
     * A row that is not used.
     *
     * @param purpose none if it is unknown
     */
    record RefusedRow(String id, @Nullable Purpose purpose, Refusal reason) {
        /** For a log: whoever wrote the row chose the id. */
        @Override
        public String toString() {
            return printable(id) + " " + reason.text;
        }
    }

    /** Returns a text of the database for the log, without characters that an id of ours does not have. */
    static String printable(String text) {
        return text.substring(0, Math.min(text.length(), PRINTED)).replaceAll("[^A-Za-z0-9_-]", "?");
    }

    /** Returns true if the service can work with these rows and may change them. */
    boolean areUsable() {
        return unreadable.isEmpty() && withoutGoodRow.isEmpty();
    }

    /** Returns the rows that are keys of this service. */
    List<StoredKey> good() {
        return rows(CheckOutcome.Good.class).toList();
    }

    /** Returns the rows that are keys of this service, and those that may be but cannot be decrypted here. */
    List<StoredKey> goodOrUnreadable() {
        return Stream.concat(rows(CheckOutcome.Good.class), rows(CheckOutcome.Unreadable.class))
                .toList();
    }

    private Stream<StoredKey> rows(Class<? extends CheckOutcome> kind) {
        return byId.values().stream()
                .filter(key -> kind.isInstance(key.outcome()))
                .map(CheckedKey::row);
    }

    /** Returns what was found about the row with this id, if it is of that kind. */
    <T extends CheckOutcome> Optional<T> find(String id, Class<T> kind) {
        return Optional.ofNullable(byId.get(id))
                .map(CheckedKey::outcome)
                .filter(kind::isInstance)
                .map(kind::cast);
    }
}
