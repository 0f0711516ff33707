package dev.gatehouse.key;

import dev.gatehouse.key.CheckedKeys.CheckOutcome;
import dev.gatehouse.key.CheckedKeys.CheckedKey;
import dev.gatehouse.key.CheckedKeys.Refusal;
import dev.gatehouse.key.CheckedKeys.RefusedRow;
import dev.gatehouse.key.RefreshKeys.RefreshKey;
import dev.gatehouse.key.ServiceKey.KeyBytes;
import dev.gatehouse.key.ServiceKey.NewKey;
import dev.gatehouse.key.ServiceKey.Purpose;
import dev.gatehouse.key.SigningKeys.SigningKey;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Checks that the rows of {@code service_key} are keys that this service made. A row that is not is a sign that somebody else
 * writes to the database. The check is no wall against such a writer, who can as well replace the hash of a password
 * (docs/threat-model.md).
 *
 * <p>A row that was checked before is not decrypted again until something about it changes.
 */
final class KeyCheck {
    private final EncryptionKeys encryptionKeys;
    private final Set<Purpose> read;
    private final Set<Purpose> made;

    /**
     * @param read the purposes of which each row must be readable
     * @param made the purposes for which this replica makes keys
     */
    KeyCheck(EncryptionKeys encryptionKeys, Set<Purpose> read, Set<Purpose> made) {
        this.encryptionKeys = encryptionKeys;
        this.read = EnumSet.copyOf(read);
        this.made = EnumSet.copyOf(made);
    }

    /** Checks all rows of a reading. Throws nothing, whatever a row contains. */
    CheckedKeys check(ServiceKeyTable.Reading reading, CheckedKeys before) {
        Map<String, CheckedKey> byId = new LinkedHashMap<>();
        reading.keys().forEach(row -> byId.put(row.id(), new CheckedKey(row, outcome(row, before))));
        List<RefusedRow> refused = new ArrayList<>(reading.unknown());
        List<String> unreadable = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        for (CheckedKey key : byId.values()) {
            ServiceKey row = key.row();
            if (key.outcome() instanceof CheckOutcome.Refused(Refusal reason)) {
                refused.add(new RefusedRow(row.id(), row.purpose(), reason));
            } else if (key.outcome() instanceof CheckOutcome.Unreadable && read.contains(row.purpose())) {
                unreadable.add(row.id());
            } else if (isKept(key)) {
                kept.add(row.id());
            }
        }
        refused.sort(Comparator.comparing(RefusedRow::id));
        return new CheckedKeys(
                byId,
                List.copyOf(refused),
                List.copyOf(unreadable),
                List.copyOf(kept),
                refused.isEmpty() ? EnumSet.noneOf(Purpose.class) : withoutGoodRow(byId),
                reading.now());
    }

    /** Without encryption keys, such a row is one that another replica has encrypted while encryption is being enabled. */
    private boolean isKept(CheckedKey key) {
        return key.outcome() instanceof CheckOutcome.Good
                && encryptionKeys.currentId().isPresent()
                && key.row().material() != null
                && encryptionKeys.isForeign(key.row());
    }

    /** The writer of a refused row may have changed its purpose as well. So each purpose counts, and not only that of the row. */
    private Set<Purpose> withoutGoodRow(Map<String, CheckedKey> byId) {
        Set<Purpose> purposes = EnumSet.copyOf(made);
        for (CheckedKey key : byId.values()) {
            if (!(key.outcome() instanceof CheckOutcome.Refused) && KeySchedule.isOfUse(key.row())) {
                purposes.remove(key.row().purpose());
            }
        }
        return purposes;
    }

    private CheckOutcome outcome(ServiceKey row, CheckedKeys before) {
        CheckedKey known = before.byId().get(row.id());
        if (known == null) {
            return outcome(row);
        }
        if (known.row().hasContentOf(row)) {
            return known.outcome();
        }
        CheckOutcome found = outcome(row);
        // Another replica may have encrypted under a key that this one gets at its restart.
        // A key that had stopped is not kept: its private half is gone.
        boolean knownGood = known.outcome() instanceof CheckOutcome.Good
                && known.row().material() != null
                && known.row().isSameKeyAs(row);
        return knownGood && found instanceof CheckOutcome.Unreadable ? known.outcome() : found;
    }

    private CheckOutcome outcome(ServiceKey row) {
        if (ServiceKeyTable.isCut(row)) {
            return new CheckOutcome.Refused(Refusal.TOO_LONG);
        }
        try {
            return row.material() == null ? withoutMaterial(row) : withMaterial(row, row.material());
        } catch (RuntimeException e) { // A row that no parser expects must not keep the other rows from being read.
            return new CheckOutcome.Refused(Refusal.NO_KEY);
        }
    }

    private static CheckOutcome withoutMaterial(ServiceKey row) {
        if (row.purpose() != Purpose.SIGNING || !row.hasStopped()) {
            return new CheckOutcome.Refused(Refusal.WITHOUT_SECRET);
        }
        PublicKey publicKey = publicKey(row);
        return hasThumbprint(row, publicKey)
                ? new CheckOutcome.Signing(publicKey, null)
                : new CheckOutcome.Refused(Refusal.OTHER_ID);
    }

    private CheckOutcome withMaterial(ServiceKey row, KeyBytes material) {
        if (encryptionKeys.isForeign(row)) {
            return encryptionKeys.refusesClear() && isGoodInClear(row, material)
                    ? new CheckOutcome.Refused(Refusal.CLEAR)
                    : unreadable(row);
        }
        if (encryptionKeys.refusesClear() && row.wrappedUnder() == null) {
            return new CheckOutcome.Refused(Refusal.CLEAR);
        }
        return encryptionKeys
                .open(row, material)
                .map(clear -> opened(row, clear))
                .orElse(new CheckOutcome.Refused(Refusal.ALTERED));
    }

    /** Returns true if the row only says that it is encrypted. */
    private static boolean isGoodInClear(ServiceKey row, KeyBytes material) {
        try {
            return opened(row, material.toArray()) instanceof CheckOutcome.Good;
        } catch (RuntimeException e) { // A parser may throw anything at encrypted bytes, which are no key in clear.
            return false;
        }
    }

    /**
     * Without encryption keys a replica cannot prove any public half. It uses that of an encrypted row, so that it accepts the tokens
     * of replicas which have been restarted with an encryption key.
     */
    private CheckOutcome unreadable(ServiceKey row) {
        if (row.purpose() != Purpose.SIGNING || encryptionKeys.currentId().isPresent()) {
            return new CheckOutcome.Unreadable(null);
        }
        PublicKey publicKey = publicKey(row);
        return hasThumbprint(row, publicKey)
                ? new CheckOutcome.Unreadable(publicKey)
                : new CheckOutcome.Refused(Refusal.OTHER_ID);
    }

    private static CheckOutcome opened(ServiceKey row, byte[] clear) {
        return switch (row.purpose()) {
            case SIGNING -> signing(row, clear);
            case REFRESH, NAME_HASH -> ofSecret(row, clear);
        };
    }

    private static CheckOutcome signing(ServiceKey row, byte[] clear) {
        PublicKey publicKey = publicKey(row);
        PrivateKey privateKey = row.algorithm().privateKey(clear);
        if (!row.algorithm().isPair(privateKey, publicKey)) {
            return new CheckOutcome.Refused(Refusal.OTHER_PUBLIC_HALF);
        }
        return hasThumbprint(row, publicKey)
                ? new CheckOutcome.Signing(
                        publicKey, new SigningKey(row.id(), row.algorithm().joseName(), privateKey))
                : new CheckOutcome.Refused(Refusal.OTHER_ID);
    }

    private static CheckOutcome ofSecret(ServiceKey row, byte[] secret) {
        if (row.algorithm() != KeyAlgorithm.HS256 || secret.length != NewKey.SECRET_BYTES) {
            return new CheckOutcome.Refused(Refusal.NO_KEY);
        }
        byte[] id = NewKey.idOf(row.purpose(), secret);
        if (!Base64Text.encode(id).equals(row.id())) {
            return new CheckOutcome.Refused(Refusal.OTHER_ID);
        }
        return row.purpose() == Purpose.REFRESH
                ? new CheckOutcome.Refresh(new RefreshKey(secret, id))
                : new CheckOutcome.Names(new KeyBytes(secret));
    }

    private static PublicKey publicKey(ServiceKey row) {
        return row.algorithm().publicKey(Objects.requireNonNull(row.publicKey()).toArray());
    }

    /** The id also binds the algorithm: the type of the key and its curve are part of the thumbprint. */
    private static boolean hasThumbprint(ServiceKey row, PublicKey publicKey) {
        return JwkSet.thumbprint(publicKey).equals(row.id());
    }
}
