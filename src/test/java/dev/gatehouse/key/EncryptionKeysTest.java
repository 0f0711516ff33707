package dev.gatehouse.key;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where encryption keys come from, and what the operator is told of wrong ones. */
class EncryptionKeysTest {
    private static final String ONE = key(1);
    private static final String OTHER = key(2);

    @TempDir
    private Path folder;

    /** The settings as an operator gives them. */
    private record Settings(
            String algorithm,
            Duration lifetime,
            Optional<List<String>> encryptionKeys,
            Optional<Path> encryptionKeysFile,
            boolean acceptClear)
            implements KeyConfig {}

    private static String key(int n) {
        byte[] bytes = new byte[32];
        bytes[n] = (byte) n;
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static EncryptionKeys.Texts of(Optional<List<String>> keys, Optional<Path> file) {
        return EncryptionKeys.Texts.of(new Settings("ES256", Duration.ofDays(30), keys, file, false));
    }

    private EncryptionKeys.Texts ofFile(String content) throws IOException {
        return of(Optional.empty(), Optional.of(Files.writeString(folder.resolve("keys"), content)));
    }

    private static List<String> ids(EncryptionKeys.Texts texts) {
        return texts.keys().stream().map(EncryptionKey::id).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s,%s", "%s,%s\n", "%s,%s\r\n", " %s , %s \n\n"})
    void aFileIsReadAsTheSettingIs(String form) throws IOException {
        EncryptionKeys.Texts texts = ofFile(form.formatted(ONE, OTHER));
        assertThat(texts.faults()).isEmpty();
        assertThat(ids(texts)).isEqualTo(ids(of(Optional.of(List.of(ONE, OTHER)), Optional.empty())));
    }

    @Test
    void withoutEitherSettingThereAreNone() {
        assertThat(of(Optional.empty(), Optional.empty()).faults()).isEmpty();
        assertThat(of(Optional.empty(), Optional.empty()).keys()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', the file is empty",
        "' \n', the file is empty",
        "c2hvcnQtc2hvcnQ, number 1 must be 32 bytes in base64",
        "'hush hush', number 1 must be 32 bytes in base64",
        "'\u00ff\u0000', number 1 must be 32 bytes in base64"
    })
    void aWrongFileIsAFaultThatQuotesNothing(String content, String fault) throws IOException {
        assertThat(ofFile(content).faults())
                .singleElement()
                .asString()
                .startsWith("gatehouse.key.encryption-keys-file: " + fault)
                .doesNotContain("c2hvcnQ", "hush");
    }

    @Test
    void allKeysOfAFileAreJudged() throws IOException {
        assertThat(ofFile(ONE + ",!!," + OTHER + ",").faults()).hasSize(2);
    }

    @Test
    void aFileThatCannotBeReadIsAFaultThatDoesNotQuoteItsPath() {
        assertThat(of(Optional.empty(), Optional.of(folder.resolve(ONE.replace("/", "_"))))
                        .faults())
                .containsExactly("gatehouse.key.encryption-keys-file: the file cannot be read (NoSuchFileException)");
        assertThat(of(Optional.empty(), Optional.of(folder)).faults())
                .singleElement()
                .asString()
                .startsWith("gatehouse.key.encryption-keys-file: the file cannot be read");
    }

    @Test
    void theSettingBesideItsFileIsAFault() throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), ONE);
        assertThat(of(Optional.of(List.of(ONE)), Optional.of(file)).faults())
                .containsExactly(
                        "gatehouse.key.encryption-keys-file and gatehouse.key.encryption-keys must not both be set");
    }

    /** Otherwise a database that is encrypted under such a key could not be opened any more. */
    @Test
    void aKeyThatIsEasilyGuessedDecryptsAndDoesNotEncrypt() {
        String guessed = Base64.getEncoder().encodeToString("change-me-before-production-0001".getBytes(UTF_8));
        assertThat(of(Optional.of(List.of(ONE, guessed)), Optional.empty()).faults())
                .isEmpty();
        assertThat(of(Optional.of(List.of(guessed, ONE)), Optional.empty()).faults())
                .singleElement()
                .asString()
                .startsWith("gatehouse.key.encryption-keys: number 1 contains a placeholder");
    }

    @Test
    void aKeyOfOneByteRepeatedDoesNotDecryptEither() {
        String repeated = Base64.getEncoder().encodeToString(new byte[32]);
        assertThat(of(Optional.of(List.of(ONE, repeated)), Optional.empty()).faults())
                .singleElement()
                .asString()
                .startsWith("gatehouse.key.encryption-keys: number 2 is one byte repeated");
    }
}
