package dev.gatehouse.key;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppSecretTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SECRET_STRING",
                "1234567890123456789012345678901",
                "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4x",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "                                    ",
                "changemechangemechangemechangeme",
                "Change-Me!Change-Me!Change-Me!Change-Me!",
                "a-string-secret-at-least-256-bits-long",
                "12345678901234567890123456789012",
                "0123456789abcdef0123456789ABCDEF",
                "your-256-bit-secret your-256-bit-secret"
            })
    void aShortOrUniformOrWellKnownOneIsRefusedWithoutBeingQuoted(String secret) {
        assertThat(AppSecret.of(secret.getBytes(UTF_8)).fault()).hasValueSatisfying(fault -> {
            assertThat(fault).isNotBlank();
            if (!secret.isBlank()) {
                assertThat(fault).doesNotContain(secret);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret-95735081250793712349875123098745",
                "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4xy",
                " $x ${HOME} $$ \\n \" ' with blanks around it ",
                "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="
            })
    void thirtyTwoBytesOfAnythingElseAreTaken(String secret) {
        assertThat(AppSecret.of(secret.getBytes(UTF_8)).fault()).isEmpty();
        assertThat(AppSecret.of(secret.getBytes(UTF_8)).bytes()).isEqualTo(secret.getBytes(UTF_8));
    }

    /** Random bytes are no sample because a letter or two among them begins one. */
    @Test
    void randomBytesAreTakenAsASecretAndAsAnEncryptionKey() {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (128 + i);
        }
        bytes[7] = 'c';
        assertThat(AppSecret.of(bytes).fault()).isEmpty();
        assertThat(EncryptionKey.fault(Base64Text.encode(bytes))).isEmpty();
        assertThat(EncryptionKey.fault(Base64Text.encode(new byte[32])))
                .hasValueSatisfying(fault -> assertThat(fault).startsWith("is a shorter text repeated"));
        assertThat(EncryptionKey.fault(Base64Text.encode(new byte[31])).orElse(""))
                .startsWith("must be 32 bytes");
    }

    @Test
    void itDoesNotPrintItself() {
        assertThat(AppSecret.of(new byte[32])).hasToString("AppSecret[redacted]");
    }

    @Test
    void theKeysIdIsDerivedAndDoesNotDependOnTheRun() {
        assertThat(signingKid("a secret that nobody else has, 4711"))
                .hasSize(11)
                .isEqualTo(signingKid("a secret that nobody else has, 4711"))
                .isNotEqualTo(signingKid("a secret that nobody else has, 4712"));
    }

    private static String signingKid(String secret) {
        AppSecrets secrets = new AppSecrets(Optional.of(AppSecret.of(secret.getBytes(UTF_8))), List.of());
        KeySchedule schedule =
                new KeySchedule(KeyAlgorithm.ES256, Duration.ofDays(1), Duration.ofHours(1), Duration.ofDays(1));
        UsableKeys.Reader reader = new UsableKeys.Reader(schedule, secrets);
        return UsableKeys.required(
                        reader.read(CheckedKeys.NONE, UsableKeys.NONE).signing())
                .kid();
    }
}
