package dev.gatehouse.key;

import dev.gatehouse.key.StoredKey.Purpose;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Wraps what a row keeps secret: under the first of the configured keys, or not at all when there is none. */
final class KeyWrap {
    private final List<EncryptionKey> encryptionKeys;
    private final boolean acceptsClear;

    KeyWrap(KeyConfig config) {
        this(EncryptionKeyTexts.of(config).keys(), config.acceptClear());
    }

    /** @param acceptClear whether a row in clear is good although there are encryption keys */
    KeyWrap(List<EncryptionKey> encryptionKeys, boolean acceptClear) {
        this.encryptionKeys = List.copyOf(encryptionKeys);
        this.acceptsClear = acceptClear || encryptionKeys.isEmpty();
    }

    /** Returns true if a row in clear must not be used. */
    boolean refusesClear() {
        return !acceptsClear;
    }

    /** The id of the key that wraps now; empty when keys are kept in clear. */
    Optional<String> currentId() {
        return encryptionKeys.stream().findFirst().map(EncryptionKey::id);
    }

    /** The ids of all keys that are configured. */
    List<String> ids() {
        return encryptionKeys.stream().map(EncryptionKey::id).toList();
    }

    /** What goes into the row of this name: wrapped under {@link #currentId()}. */
    KeyBytes wrap(byte[] clear, Purpose purpose, String id) {
        return encryptionKeys.stream()
                .findFirst()
                .map(key -> key.wrap(clear, name(purpose, id)))
                .orElseGet(() -> new KeyBytes(clear));
    }

    /** Returns true if a row is wrapped under a key that is not configured. */
    boolean isForeign(StoredKey row) {
        return row.wrappedUnder() != null && key(row.wrappedUnder()).isEmpty();
    }

    private Optional<EncryptionKey> key(String id) {
        return encryptionKeys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** The secret of a row, in clear; empty when none of our keys opens it. */
    Optional<byte[]> open(StoredKey row, KeyBytes material) {
        if (row.wrappedUnder() == null) {
            return Optional.of(material.toArray());
        }
        return key(row.wrappedUnder()).flatMap(key -> key.open(material, name(row.purpose(), row.id())));
    }

    /** Whether a row is in clear and is to be wrapped. */
    boolean isUnwrapped(StoredKey row) {
        return isOutdated(row) && row.wrappedUnder() == null;
    }

    /** Whether a row is in clear or under another key than the first, so that it is to be wrapped again. */
    boolean isOutdated(StoredKey row) {
        return row.material() != null
                && currentId().isPresent()
                && !Objects.equals(row.wrappedUnder(), currentId().get());
    }

    /** Bound to what is wrapped, so that one row's secret put into another does not open. */
    private static String name(Purpose purpose, String id) {
        return purpose.stored() + " " + id;
    }
}
