package dev.gatehouse.key;

import dev.gatehouse.key.RefreshKeys.RefreshKey;
import dev.gatehouse.key.ServiceKey.KeyBytes;
import dev.gatehouse.key.ServiceKey.Purpose;
import dev.gatehouse.key.SigningKeys.SigningKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code service_key} as {@link KeyCheck} found them.
 *
 * @param byId each row that could be read, by its id
 * @param refused the rows that must not be used, in the order of their ids
 * @param unreadable the ids of rows that need an encryption key which is not configured
 * @param kept the ids of rows that need an encryption key which is not configured, and whose keys are known from before
 * @param withoutGoodRow where a row is refused, the purposes of which there is no good row
 * @param now the database's time when the rows were read
 */
record CheckedKeys(
        Map<String, CheckedKey> byId,
        List<RefusedRow> refused,
        List<String> unreadable,
        List<String> kept,
        Set<Purpose> withoutGoodRow,
        Instant now) {

    private static final Logger LOG = Logger.getLogger(CheckedKeys.class);

    /** The steps end with the statement of docs/operations.md, which finds what is left to do. */
    private static final String CLEAR_ADVICE =
            "if encryption keys have just been configured: 1. restart all replicas with"
                    + " gatehouse.key.accept-clear=true 2. wait until the statement finds no row 3. restart all replicas without"
                    + " accept-clear 4. run the statement again. Otherwise somebody else writes to the database. Statement:"
                    + " SELECT id, purpose FROM service_key WHERE material IS NOT NULL AND wrapped_under IS NULL";

    private static final String ADVICE = "somebody else writes to the database, see docs/operations.md";

    /** An id of ours has 43 characters at most. */
    private static final int PRINTED = 64;

    /** What is known before anything was read. */
    static final CheckedKeys NONE =
            new CheckedKeys(Map.of(), List.of(), List.of(), List.of(), EnumSet.noneOf(Purpose.class), Instant.EPOCH);

    /** A row and what the check found. */
    record CheckedKey(ServiceKey row, CheckOutcome outcome) {}

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
        TOO_LONG("has a value that is longer than any of a key"),
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
        /** Returns a text for the log. Its id is made printable, because the writer of the row chose it. */
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
    List<ServiceKey> good() {
        return rows(CheckOutcome.Good.class).toList();
    }

    /** Returns the rows that are keys of this service, and those that may be but cannot be decrypted here. */
    List<ServiceKey> goodOrUnreadable() {
        return Stream.concat(rows(CheckOutcome.Good.class), rows(CheckOutcome.Unreadable.class))
                .toList();
    }

    private Stream<ServiceKey> rows(Class<? extends CheckOutcome> kind) {
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

    /** Logs what was not found before. */
    void log(CheckedKeys before, EncryptionKeys encryptionKeys) {
        List<RefusedRow> found = new ArrayList<>(refused);
        found.removeIf(new HashSet<>(before.refused())::contains);
        boolean blocked = !withoutGoodRow.equals(before.withoutGoodRow()) && !withoutGoodRow.isEmpty();
        if (!found.isEmpty() || blocked) {
            logRefused(found.isEmpty() ? refused : found);
        }
        if (!unreadable.isEmpty() && !unreadable.equals(before.unreadable())) {
            logForeign("unreadable", unreadable, "not ready", encryptionKeys);
        }
        if (!kept.isEmpty() && !kept.equals(before.kept())) {
            logForeign("kept", kept, "used as known from before, and not ready after a restart", encryptionKeys);
        }
    }

    private void logRefused(List<RefusedRow> rows) {
        boolean clear = rows.stream().anyMatch(row -> row.reason() == Refusal.CLEAR);
        LOG.errorf(
                "keys=refused rows=\"%s\" effect=\"%s\" advice=\"%s\"",
                rows.stream().map(RefusedRow::toString).collect(Collectors.joining(", ")),
                effect(),
                clear ? CLEAR_ADVICE : ADVICE);
    }

    private String effect() {
        return withoutGoodRow.isEmpty()
                ? "not used"
                : "not used; not ready and nothing is changed, because no good key is left for "
                        + withoutGoodRow.stream().map(Purpose::stored).collect(Collectors.joining(", "));
    }

    private void logForeign(String what, List<String> ids, String effect, EncryptionKeys encryptionKeys) {
        LOG.errorf(
                "keys=%s ids=%s reason=\"encrypted under %s, and %s\" effect=\"%s\" see=gatehouse.key.encryption-keys",
                what,
                ids.stream().map(CheckedKeys::printable).toList(),
                ids.stream()
                        .map(id -> Objects.requireNonNull(byId.get(id)).row().wrappedUnder())
                        .filter(Objects::nonNull)
                        .map(CheckedKeys::printable)
                        .distinct()
                        .toList(),
                encryptionKeys.ids().isEmpty()
                        ? "no encryption key is configured"
                        : "that is none of the configured encryption keys " + encryptionKeys.ids(),
                effect);
    }
}
