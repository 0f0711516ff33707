package dev.gatehouse.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.problem.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                "password\u00ad",
                "pass\u200dword",
                "pass\u034fword\ufe0f",
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

    /** Of four code points each, which NFC makes one. */
    @Test
    void theLengthIsThatOfTheMappedPassword() {
        String composed = "\u03b1\u0313\u0300\u0345";
        assertThat(Password.parse(composed.repeat(256)).length()).isEqualTo(256);
        assertThatThrownBy(() -> Password.parse(composed.repeat(257))).hasMessage("must have at most 256 characters");
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
    @ValueSource(
            strings = {
                "\u2764\uFE0F\u2764\uFE0F\u2764\uFE0F\u2764\uFE0F", // emoji with a variation selector
                "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 family", // joined emoji
                "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", // Persian with a non-joiner
                "\u0915\u094D\u200D\u0937\u0915\u094D\u200C\u0937", // Devanagari with joiners
                "soft\u00ADhyphen",
                "\uFEFFbyte order mark",
                "\u202Eright-to-left override",
                "private use \uE000",
                "line\u2028separator",
                "jamo \u1112\u3164 filler",
                "tag \uDB40\uDC41 and selector \uDB40\uDD00"
            })
    void whatIsNoControlCharacterIsAllowed(String text) {
        assertThatCode(() -> policy.parseNew(text, "somebody")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x20, 0xA0, 0x1680, 0x2000, 0x2001, 0x2007, 0x200A, 0x202F, 0x205F, 0x3000})
    void everyBlankIsTheSame(int blank) {
        assertThat(Password.parse("correct" + Character.toString(blank) + "horse")
                        .bytes())
                .isEqualTo(Password.parse("correct horse").bytes());
    }

    @ParameterizedTest
    @CsvSource({
        "'abc\u0000defgh', control characters",
        "'abc\ndefgh', control characters",
        "'abc\tdefgh', control characters",
        "'abc\u007fdefgh', control characters",
        "'abc\u0085defgh', control characters",
        "'abcdefg\uD800', half of a surrogate pair",
        "'\uDC00abcdefg', half of a surrogate pair",
        "'abcdefgh\uFFFF', a code point that Unicode has not assigned",
        "'abcdefgh\u0378', a code point that Unicode has not assigned",
        "'abcdefgh\uDBFF\uDFFF', a code point that Unicode has not assigned"
    })
    void aNewPasswordWithAnImpossibleCharacterIsRefusedByItsKindAlone(String text, String kind) {
        assertThatThrownBy(() -> policy.parseNew(text, "somebody"))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("must not contain " + kind);
        assertThat(Password.parse(text).refusal()).contains("must not contain " + kind);
    }

    @Test
    void theEmptyOneIsNone() {
        assertThatThrownBy(() -> Password.parse("")).isInstanceOf(InvalidValue.class);
    }

    @Test
    void itDoesNotPrintItself() {
        assertThat(Password.parse("SpongePassword")).hasToString("Password[redacted]");
    }
}
