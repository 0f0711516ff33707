package dev.gatehouse.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.problem.InvalidValue;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsernameTest {
    @ParameterizedTest
    @CsvSource({
        "FlyingSponge, flyingsponge",
        "ALICE, alice",
        "\uFF21lice, alice",
        "\u00c9milie, \u00e9milie",
        "E\u0301milie, \u00e9milie",
        "\u5f20\u4f1f, \u5f20\u4f1f",
        "a.b-c_d@example.org, a.b-c_d@example.org",
        "'o''brien', 'o''brien'",
        "PARAL\u00B7LEL, paral\u00B7lel",
        "\uFF76\uFF9E\uFF65\uFF76, \u30AC\u30FB\u30AB",
        "\u1112\u1161\u11AB, \uD55C",
        "\u0391\u03A3^\u0392, \u03B1\u03C3^\u03B2",
        "\u0391\u03A3, \u03B1\u03C2",
        "\u0130, i\u0307",
        // Mn up to Unicode 15.1 and Mc since 16.0: it separates the sigma from the letter after it.
        "\u0391\u03A3\uD805\uDF1E\u0391, \u03B1\u03C2\uD805\uDF1E\u03B1",
        "a;--, a;--",
        "%_\\, %_\\"
    })
    void namesArePreparedToOneForm(String typed, String prepared) {
        assertThat(Username.parseNew(typed).text()).isEqualTo(prepared);
        assertThat(Username.parse(typed))
                .isEqualTo(Username.parse(prepared))
                .hasSameHashCodeAs(Username.parse(prepared));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                " alice",
                "alice ",
                "a\u0000b",
                "a\tb",
                "a\u200bb",
                "a\u202eb",
                "\u00bd",
                "\u2665",
                "\uD83E\uDDFD",
                "\uD800",
                "a\uFFFE",
                "\uFB01",
                "\u2160",
                "a\u00adb"
            })
    void whatPrecisForbidsIsRefused(String typed) {
        assertThatThrownBy(() -> Username.parse(typed)).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @CsvSource({
        "a\uDB40\uDD00, U+E0100",
        "alice\uDB40\uDDEF, U+E01EF",
        "a\u180F, U+180F",
        "a b, U+0020",
        "a\uFFE0, U+FFE0",
        "\u24B6, U+24B6",
        "a\uD800, U+D800",
        "\u0378 a, U+0378",
        "a \u0378, U+0020",
        "a\uA7D2, U+A7D2", // Unassigned in Unicode 16.0; in 17.0 its lower case is U+A7D3, which 16.0 has.
        "\u0378, U+0378",
        "\u1112, U+1112"
    })
    void theRefusalNamesTheCharacterAsTyped(String typed, String named) {
        assertThatThrownBy(() -> Username.parse(typed))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("must not contain " + named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", // Persian, A.1
                "\u0628\u064B\u200C\u064B\u0627", // with marks around the non-joiner
                "\u0915\u094D\u200C\u0937", // A.1 after a virama
                "\u0915\u094D\u200D\u0937", // A.2
                "paral\u00B7lel", // A.3
                "\u0375\u03B1", // A.4
                "\u05D0\u05F3", // A.5
                "\u05D0\u05F4\u05D1", // A.6
                "\u30AB\u30FB\u30CA", // A.7
                "\u4E00\u30FB",
                "\u0628\u0661", // A.8
                "\u0628\u06F1" // A.9
            })
    void whatContextAllowsIsAccepted(String typed) {
        assertThat(Username.parse(typed).text()).isEqualTo(typed);
    }

    @ParameterizedTest
    @CsvSource({
        "a\u200Cb, U+200C in this place",
        "\u0627\u200C\u0627, U+200C in this place", // Alef joins to the right only.
        "\u0628\u200D\u0628, U+200D in this place",
        "a\u00B7l, U+00B7 in this place",
        "a\u0375, U+0375 in this place",
        "a\u05F3, U+05F3 in this place",
        "\u05F4\u05D0, U+05F4 in this place",
        "a\u30FBb, U+30FB in this place",
        "a\uFF65b, U+FF65 in this place",
        "\u0628\u0661\u06F1, U+0661 in this place",
        "a\u05D0, U+05D0 in this place of a name with right-to-left characters",
        "\u05D0B, U+0042 in this place of a name with right-to-left characters",
        "1\u05D0, U+0031 in this place of a name with right-to-left characters",
        "\u05D0-, U+002D in this place of a name with right-to-left characters",
        "l\u00B7la\u0387, U+0387 in this place", // The first middle dot is in its place.
        "\uD83A\uDD22\u03A3, U+03A3 in this place of a name with right-to-left characters", // A final sigma
        "\u05D0\u0130, U+0130 in this place of a name with right-to-left characters",
        "\u05D0E\u0301, U+00E9 in this place of a name with right-to-left characters", // Composed from several
        "\u05D01\u0661, U+0661 in this place of a name with right-to-left characters"
    })
    void whatContextOrDirectionForbidsIsRefusedByName(String typed, String named) {
        assertThatThrownBy(() -> Username.parse(typed))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("must not contain " + named);
    }

    @Test
    void sixtyFourCodePointsAreTheMostForANewName() {
        assertThat(Username.parseNew("a".repeat(64)).text()).hasSize(64);
        assertThat(Username.parseNew("E\u0301".repeat(64)).text()).hasSize(64);
        assertThatThrownBy(() -> Username.parseNew("a".repeat(65))).isInstanceOf(InvalidValue.class);
    }

    @Test
    void twoHundredAndFiftySixAreTheMostForOneThatIsLookedUp() {
        assertThat(Username.parse("a".repeat(256)).text()).hasSize(256);
        assertThatThrownBy(() -> Username.parse("a".repeat(257))).isInstanceOf(InvalidValue.class);
    }

    @Test
    void fourTypedCodePointsThatBecomeOneCountAsOne() {
        String typed = "\u03B1\u0313\u0300\u0345";
        assertThat(Username.parse(typed.repeat(256)).text()).isEqualTo("\u1F82".repeat(256));
        assertTooLong(typed.repeat(257));
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\u0378", "\u30FB", "\u0661\u06F1", "\u05D0a", "a\u0315\u0300"})
    void anOverLongNameIsRefusedBeforeItsCharactersAreJudged(String wrong) {
        assertTooLong(wrong.repeat(257));
        assertTooLong(wrong.repeat(5000));
    }

    private static void assertTooLong(String typed) {
        assertThatThrownBy(() -> Username.parse(typed))
                .isInstanceOf(InvalidValue.class)
                .hasMessage("must have at most 256 characters");
    }

    @Test
    void theLocaleOfTheJvmChangesNothing() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr-TR"));
            assertThat(Username.parse("ALICE-I").text()).isEqualTo("alice-i");
        } finally {
            Locale.setDefault(before);
        }
    }
}
