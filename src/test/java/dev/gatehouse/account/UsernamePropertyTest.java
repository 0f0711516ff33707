package dev.gatehouse.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.gatehouse.SeededProperty;
import dev.gatehouse.Texts;
import dev.gatehouse.precis.IcuPrecis;
import dev.gatehouse.problem.InvalidValue;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;

/** {@link Username} against ICU4J, over each code point and over generated names. */
class UsernamePropertyTest {
    private static final String SURROUNDINGS =
            // Cases, widths and normal forms
            "aAlLzß1.'^:\u0131\u0130ΑασΣς\u1F88\u0345\u02B0\u00AD\u212A\u2126\uFF21\uFF4C\uFF76\uFF9E\uFFA1\u0301\u0323\u0958\u1112\u1161\u11AB"
                    // Context: Greek, Hebrew, kana, Han
                    + "\u00B7\u0387\u0375\u03B1\u05F3\u05F4\u05D0\u05D1\u30FB\uFF65\u30AB\u3042\u4E00\u3007\u30FC"
                    // Joiners, viramas, Indic and Arabic letters of each joining type, Syriac, Mongolian, Phags-pa
                    + "\u200C\u200D\u094D\u0915\u093C\u0D4D\u0951\u0628\u0627\u0641\u064B\u0710\u0712\u0751\u1820\uA872\uA840"
                    // Directions
                    + "\u0660\u0669\u06F0\u06F90-+#"
                    // Planes above
                    + "\uD83A\uDD00\uD83A\uDD22\uD803\uDD30\uD802\uDD00\uD805\uDC46\uDB40\uDD00\u180F\u0640";

    /** Pieces of which each sequence that starts with a letter is a name. */
    private static final String[] LETTERS = {
        "a",
        "Z",
        "9",
        ".",
        "\uFF21",
        "\u00DF",
        "\u0130",
        "e\u0301",
        "\u1EC7",
        "\u0391",
        "\u03A3",
        "\u03C2",
        "\u1F82",
        "\u0416",
        "\u1112\u1161\u11AB",
        "\u4E00",
        "\u30AB",
        "\uFF76\uFF9E",
        "\uD801\uDC00",
        "\u0323",
        "\u0301"
    };

    @Test
    void eachCodePointIsPreparedOrRefusedAsByIcu() {
        for (int cp = 0; cp <= Character.MAX_CODE_POINT; cp++) {
            String alone = Character.toString(cp);
            boolean assigned = IcuPrecis.isAssigned(cp);
            for (String name : assigned ? List.of(alone, "a" + alone, "\u05D0" + alone + "\u05D0") : List.of(alone)) {
                Optional<String> expected = assigned ? IcuPrecis.enforce(name) : Optional.empty();
                if (!parsed(name).equals(expected)) {
                    fail("U+%04X in %s: expected %s, was %s", cp, name, expected, parsed(name));
                }
            }
        }
    }

    @SeededProperty
    void namesArePreparedOrRefusedAsByIcu(@ForAll("names") String name) {
        assertThat(parsed(name)).isEqualTo(name.isEmpty() ? Optional.empty() : IcuPrecis.enforce(name));
    }

    @SeededProperty
    void preparingAPreparedNameChangesNothing(@ForAll("names") String name) {
        parsed(name).ifPresent(prepared -> assertThat(parsed(prepared)).contains(prepared));
    }

    @SeededProperty
    void anyTextIsANameOrAnInvalidValue(@ForAll("texts") String text) {
        Optional<String> name = parsed(text);
        name.ifPresent(prepared -> assertThat(parsed(prepared)).contains(prepared));
        Statistics.label("accepted")
                .collect(name.isPresent())
                .coverage(coverage -> coverage.check(true).percentage(share -> share > 30));
    }

    /** All of these texts consist of allowed characters, so that only the length decides. */
    @SeededProperty
    void aNameHasAtMost256CodePointsOfItsPreparedForm(@ForAll("lettersAroundTheBound") String text) {
        String expected = IcuPrecis.enforce(text).orElseThrow();
        boolean fits = expected.codePointCount(0, expected.length()) <= Username.MAX_CANDIDATE_LENGTH;
        assertThat(parsed(text)).isEqualTo(fits ? Optional.of(expected) : Optional.empty());
        Statistics.label("fits").collect(fits).coverage(coverage -> {
            coverage.check(true).percentage(share -> share > 20);
            coverage.check(false).percentage(share -> share > 20);
        });
    }

    private static Optional<String> parsed(String text) {
        try {
            return Optional.of(Username.parse(text).text());
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }

    @Provide
    Arbitrary<String> names() {
        Arbitrary<Integer> hard =
                Arbitraries.of(SURROUNDINGS.codePoints().boxed().toList());
        Arbitrary<Integer> assigned =
                Arbitraries.integers().between(0x21, 0x1FFFF).filter(IcuPrecis::isAssigned);
        return Arbitraries.oneOf(Texts.of(hard, 8), Texts.of(Arbitraries.oneOf(hard, assigned), 8));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(Texts.any(300), Texts.ofPieces(300, LETTERS));
    }

    /** The bound is reached after about as many pieces: some are two letters, and some are composed with the one before. */
    @Provide
    Arbitrary<String> lettersAroundTheBound() {
        return Arbitraries.of(LETTERS)
                .list()
                .ofMinSize(220)
                .ofMaxSize(300)
                .map(pieces -> "a" + String.join("", pieces));
    }
}
