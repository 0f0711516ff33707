package dev.gatehouse.key;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The configured encryption keys as texts, from the setting or from its file, and what is wrong with them. */
final class EncryptionKeyTexts {
    private static final String SETTING = "gatehouse.key.encryption-keys";
    private static final String FILE_SETTING = "gatehouse.key.encryption-keys-file";

    private final List<String> texts;
    private final List<String> faults;

    private EncryptionKeyTexts(List<String> texts, List<String> faults) {
        this.texts = List.copyOf(texts);
        this.faults = List.copyOf(faults);
    }

    /** Reads them, blocking where they are in a file. */
    static EncryptionKeyTexts of(KeyConfig config) {
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
            return faulty(
                    FILE_SETTING + ": the file cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static EncryptionKeyTexts judged(String setting, List<String> texts) {
        List<String> faults = new ArrayList<>();
        for (int n = 0; n < texts.size(); n++) {
            String which = setting + ": number " + (n + 1) + " ";
            EncryptionKey.fault(texts.get(n)).ifPresent(fault -> faults.add(which + fault));
        }
        return new EncryptionKeyTexts(texts, faults);
    }

    private static EncryptionKeyTexts faulty(String fault) {
        return new EncryptionKeyTexts(List.of(), List.of(fault));
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
        return "EncryptionKeyTexts[redacted]";
    }
}
