package dev.gatehouse.key;

import dev.gatehouse.key.ServiceKey.KeyBytes;
import dev.gatehouse.key.ServiceKey.Purpose;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The configured encryption keys. They wrap what a row keeps secret: under the first of them, or not at all if there is none.
 */
final class EncryptionKeys {
    private final List<EncryptionKey> keys;
    private final boolean acceptsClear;

    EncryptionKeys(KeyConfig config) {
        this(Texts.of(config).keys(), config.acceptClear());
    }

    /** @param acceptClear whether a row in clear is good although there are encryption keys */
    EncryptionKeys(List<EncryptionKey> keys, boolean acceptClear) {
        this.keys = List.copyOf(keys);
        this.acceptsClear = acceptClear || keys.isEmpty();
    }

    /** Returns true if a row in clear must not be used. */
    boolean refusesClear() {
        return !acceptsClear;
    }

    /** The id of the key that wraps now; empty when keys are kept in clear. */
    Optional<String> currentId() {
        return keys.stream().findFirst().map(EncryptionKey::id);
    }

    /** The ids of all keys that are configured. */
    List<String> ids() {
        return keys.stream().map(EncryptionKey::id).toList();
    }

    /** What goes into the row of this name: wrapped under {@link #currentId()}. */
    KeyBytes wrap(byte[] clear, Purpose purpose, String id) {
        return keys.stream()
                .findFirst()
                .map(key -> key.wrap(clear, name(purpose, id)))
                .orElseGet(() -> new KeyBytes(clear));
    }

    /** Returns true if a row is wrapped under a key that is not configured. */
    boolean isForeign(ServiceKey row) {
        return row.wrappedUnder() != null && key(row.wrappedUnder()).isEmpty();
    }

    private Optional<EncryptionKey> key(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** The secret of a row, in clear; empty when none of our keys opens it. */
    Optional<byte[]> open(ServiceKey row, KeyBytes material) {
        if (row.wrappedUnder() == null) {
            return Optional.of(material.toArray());
        }
        return key(row.wrappedUnder()).flatMap(key -> key.open(material, name(row.purpose(), row.id())));
    }

    /** Whether a row is in clear and is to be wrapped. */
    boolean isUnwrapped(ServiceKey row) {
        return isOutdated(row) && row.wrappedUnder() == null;
    }

    /** Whether a row is in clear or under another key than the first, so that it is to be wrapped again. */
    boolean isOutdated(ServiceKey row) {
        return row.material() != null
                && currentId().isPresent()
                && !Objects.equals(row.wrappedUnder(), currentId().get());
    }

    /** Bound to what is wrapped, so that one row's secret put into another does not open. */
    private static String name(Purpose purpose, String id) {
        return purpose.stored() + " " + id;
    }

    /** The configured encryption keys as texts, from the setting or from its file, and what is wrong with them. */
    static final class Texts {
        private static final String SETTING = "gatehouse.key.encryption-keys";
        private static final String FILE_SETTING = "gatehouse.key.encryption-keys-file";

        private final List<String> texts;
        private final List<String> faults;

        private Texts(List<String> texts, List<String> faults) {
            this.texts = List.copyOf(texts);
            this.faults = List.copyOf(faults);
        }

        /** Reads them, blocking where they are in a file. */
        static Texts of(KeyConfig config) {
            Optional<List<String>> given = config.encryptionKeys();
            Optional<Path> file = config.encryptionKeysFile();
            if (file.isEmpty()) {
                return judged(SETTING, given.orElse(List.of()));
            }
            if (given.isPresent()) {
                return faulty(FILE_SETTING + " and " + SETTING + " must not both be set");
            }
            try {
                // One byte a character: what is no text is found to be no base64.
                String content = Files.readString(file.get(), StandardCharsets.ISO_8859_1);
                return content.isBlank()
                        ? faulty(FILE_SETTING + ": the file is empty")
                        : judged(FILE_SETTING, List.of(content.strip().split(",", -1)));
            } catch (IOException e) {
                // Without the message, which has the path: a key may have been put in its place.
                return faulty(FILE_SETTING + ": the file cannot be read ("
                        + e.getClass().getSimpleName() + ")");
            }
        }

        private static Texts judged(String setting, List<String> texts) {
            List<String> faults = new ArrayList<>();
            for (int n = 0; n < texts.size(); n++) {
                String which = setting + ": number " + (n + 1) + " ";
                Optional<String> fault =
                        n == 0 ? EncryptionKey.fault(texts.get(n)) : EncryptionKey.faultToDecrypt(texts.get(n));
                fault.ifPresent(text -> faults.add(which + text));
            }
            return new Texts(texts, faults);
        }

        private static Texts faulty(String fault) {
            return new Texts(List.of(), List.of(fault));
        }

        /** What is wrong, for the operator. Quotes no key. */
        List<String> faults() {
            return faults;
        }

        /** Returns the keys; there must be no {@link #faults}. */
        List<EncryptionKey> keys() {
            return texts.stream().map(EncryptionKey::parse).toList();
        }

        @Override
        public String toString() {
            return "Texts[redacted]";
        }
    }
}
