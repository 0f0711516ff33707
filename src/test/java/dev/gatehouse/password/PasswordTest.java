package dev.gatehouse.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.problem.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordTest {
    private final PasswordPolicy policy = new PasswordPolicy(8);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abcdefgz",
                "73910284",
                "        ",
                "\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD"
            })
    void eightCodePointsOfAnyKindAreEnough(String text) {
        assertThatCode(() -> policy.parseNew(text, "somebody")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abcdefg",
                "\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD\uD83E\uDDFD",
                "e\u0301e\u0301e\u0301e\u0301"
            })
    void sevenAreNotAndCombinedOnesCountAfterNormalization(String text) {
        assertThatThrownBy(() -> policy.parseNew(text, "somebody"))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("must have at least 8 characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password",
                "PassWord",
                "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",
                "password1",
                "password2026",
                "monkey123456",
                "trustno1",
                "123456789",
                "12345678901234567890",
                "65432199",
                "!qaz2wsx",
                "iloveyou"
            })
    void whatIsGuessedFirstIsRefused(String text) {
        assertThatThrownBy(() -> policy.parseNew(text, "somebody"))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("is one of the most common passwords, or one followed by digits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"password-", "9password", "pass word", "SpongePassword", "12345679-x", "monkey-12345"})
    void whatOnlyContainsItIsNot(String text) {
        assertThatCode(() -> policy.parseNew(text, "somebody")).doesNotThrowAnyException();
    }

    @Test
    void namesAreRefusedInAnyCase() {
        for (String name : new String[] {"flyingsponge", "FlyingSponge", "egnopsgniylf", "EgnopsGniylf"}) {
            assertThatThrownBy(() -> policy.parseNew(name, "FlyingSponge"))
                    .isInstanceOf(InvalidValue.class)
                    .hasMessage("must not be the username or its reverse");
        }
        assertThatThrownBy(() -> policy.parseNew("GateHouse", "somebody"))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("must not be the service's name");
        assertThatCode(() -> policy.parseNew("flyingsponge", "somebody")).doesNotThrowAnyException();
        assertThatCode(() -> policy.parseNew("flyingsponge", null)).doesNotThrowAnyException();
    }

    @Test
    void theListHasTenThousandEntriesOfEightCharactersAndMore() {
        assertThat(CommonPasswords.count(8)).isGreaterThan(10_000);
    }

    @Test
    void twoHundredAndFiftySixAreTheMost() {
        assertThat(Password.parse("\u00e9".repeat(256)).length()).isEqualTo(256);
        assertThat(Password.parse("e\u0301".repeat(256)).length()).isEqualTo(256);
        assertThatThrownBy(() -> Password.parse("a".repeat(257)))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("must have at most 256 characters");
    }

    @Test
    void decomposedAndComposedAreTheSameButCaseAndBlanksCount() {
        byte[] composed = Password.parse("p\u00e4ssword").bytes();
        assertThat(Password.parse("pa\u0308ssword").bytes()).isEqualTo(composed);
        assertThat(Password.parse("P\u00e4ssword").bytes()).isNotEqualTo(composed);
        assertThat(Password.parse(" p\u00e4ssword").bytes()).isNotEqualTo(composed);
        assertThat(Password.parse("p\u00e4ssword ").bytes()).isNotEqualTo(composed);
    }

    @Test
    void compatibilityCharactersStayWhatTheyAre() {
        assertThat(Password.parse("\uFB01sh\u00b2").bytes())
                .isNotEqualTo(Password.parse("fish2").bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc\u0000defgh", "abc\ndefgh", "abc\u007fdefgh", "abcdefg\uD800", "abcdefgh\uFFFF"})
    void theEmptyOneAndControlCharactersAreForbidden(String text) {
        assertThatThrownBy(() -> Password.parse(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void itDoesNotPrintItself() {
        assertThat(Password.parse("SpongePassword")).hasToString("Password[redacted]");
    }
}
