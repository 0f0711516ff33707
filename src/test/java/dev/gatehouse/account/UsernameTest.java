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
