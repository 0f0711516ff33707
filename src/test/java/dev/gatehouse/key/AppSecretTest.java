package dev.gatehouse.key;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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

    @Test
    void itDoesNotPrintItself() {
        assertThat(AppSecret.of(new byte[32])).hasToString("AppSecret[redacted]");
    }

    @Test
    void theKeysIdIsDerivedAndDoesNotDependOnTheRun() {
        AppSecret secret = AppSecret.of("a secret that nobody else has, 4711".getBytes(UTF_8));
        assertThat(new SigningKeys(secret).signingKid())
                .hasSize(11)
                .isEqualTo(new SigningKeys(secret).signingKid())
                .isNotEqualTo(new SigningKeys(AppSecret.of(new byte[32])).signingKid());
    }
}
