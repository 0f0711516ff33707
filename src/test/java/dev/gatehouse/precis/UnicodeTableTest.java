package dev.gatehouse.precis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UCharacter.JoiningType;
import com.ibm.icu.lang.UCharacterDirection;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.util.VersionInfo;
import dev.gatehouse.precis.IcuPrecis.DerivedProperty;
import dev.gatehouse.precis.UnicodeTable.Property;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnicodeTableTest {
    private static final Path TABLE = Path.of("src/main/resources/dev/gatehouse/precis/identifier-class.txt");

    /** With -Dregenerate this writes the table, for another version of ICU4J. */
    @Test
    void theTableIsThatOfIcuForEveryCodePoint() throws IOException {
        String derived = derived();
        if (System.getProperty("regenerate") != null) {
            Files.writeString(TABLE, derived);
        }
        assertThat(Files.readString(TABLE)).isEqualTo(derived);
    }

    @Test
    void eachCodePointIsFoundWithItsProperties() {
        for (int cp = 0; cp <= Character.MAX_CODE_POINT; cp++) {
            String words = words(cp);
            assertSame(cp, "assigned", UnicodeTable.isAssigned(cp), UCharacter.isDefined(cp));
            assertSame(cp, "allowed", UnicodeTable.isAllowed(cp), isAllowed(cp));
            Set<String> expected = Set.of(words.split(" ", -1));
            for (Property property : Property.values()) {
                assertSame(cp, property.name(), UnicodeTable.has(cp, property), expected.contains(property.name()));
            }
        }
    }

    /** The oldest JVM that the service runs on, JDK 21, has Unicode 15.0. So it knows all lower case that the table's version has. */
    @Test
    void noLowerCaseIsNewerThanTheOldestJvmAndItsUpperCase() {
        VersionInfo oldest = VersionInfo.UNICODE_15_0;
        for (int cp = 0; cp <= Character.MAX_CODE_POINT; cp++) {
            boolean oldOnlyItself = UCharacter.getAge(cp).compareTo(oldest) <= 0
                    && UCharacter.getAge(UCharacter.toLowerCase(cp)).compareTo(oldest) > 0;
            assertSame(cp, "upper case older than its lower case", oldOnlyItself, false);
        }
    }

    @Test
    void noCodePointIsComposedFromMoreThanFour() {
        for (int cp = 0; cp <= Character.MAX_CODE_POINT; cp++) {
            String parts = Normalizer2.getNFDInstance().normalize(Character.toString(cp));
            boolean fits = parts.codePointCount(0, parts.length()) <= UsernameMapping.MOST_TYPED_FOR_ONE;
            assertSame(cp, "composed from at most four", fits, true);
        }
    }

    private static void assertSame(int cp, String what, boolean actual, boolean expected) {
        if (actual != expected) {
            fail("U+%04X %s: expected %s, was %s", cp, what, expected, actual);
        }
    }

    private static String derived() {
        List<String> lines = new ArrayList<>(
                List.of(
                        "# Unicode " + UCharacter.getUnicodeVersion(),
                        "# All assigned code points: whether the IdentifierClass allows them (RFC 8264, 8), always or in context, and what the",
                        "# mapping and the rules of context and direction ask about them. Derived from ICU4J by UnicodeTableTest; docs/CONTRIBUTING.md says how."));
        int start = 0;
        while (start <= Character.MAX_CODE_POINT) {
            String words = words(start);
            int end = start;
            while (end < Character.MAX_CODE_POINT && words(end + 1).equals(words)) {
                end++;
            }
            if (!words.isEmpty()) {
                lines.add(String.format(Locale.ROOT, "%04X..%04X %s", start, end, words));
            }
            start = end + 1;
        }
        return String.join("\n", lines) + "\n";
    }

    private static boolean isAllowed(int cp) {
        DerivedProperty derived = IcuPrecis.derive(cp);
        return derived == DerivedProperty.PVALID
                || derived == DerivedProperty.CONTEXTJ
                || derived == DerivedProperty.CONTEXTO;
    }

    private static String words(int cp) {
        if (!UCharacter.isDefined(cp)) {
            return "";
        }
        List<String> words = new ArrayList<>(List.of(isAllowed(cp) ? bidiClass(cp) : "DISALLOWED"));
        if (UCharacter.hasBinaryProperty(cp, UProperty.CASED)) {
            words.add("CASED");
        }
        if (UCharacter.hasBinaryProperty(cp, UProperty.CASE_IGNORABLE)) {
            words.add("CASE_IGNORABLE");
        }
        if (!isAllowed(cp)) {
            return String.join(" ", words);
        }
        switch (IcuPrecis.joiningType(cp)) {
            case JoiningType.DUAL_JOINING -> words.add("DUAL_JOINING");
            case JoiningType.LEFT_JOINING -> words.add("LEFT_JOINING");
            case JoiningType.RIGHT_JOINING -> words.add("RIGHT_JOINING");
            case JoiningType.TRANSPARENT -> words.add("TRANSPARENT");
            default -> {
                // The rules ask about no other.
            }
        }
        if (UCharacter.getCombiningClass(cp) == IcuPrecis.VIRAMA) {
            words.add("VIRAMA");
        }
        switch (UScript.getScript(cp)) {
            case UScript.GREEK -> words.add("GREEK");
            case UScript.HEBREW -> words.add("HEBREW");
            case UScript.HIRAGANA, UScript.KATAKANA, UScript.HAN -> words.add("KANA_OR_HAN");
            default -> {
                // The rules ask about no other.
            }
        }
        return String.join(" ", words);
    }

    private static String bidiClass(int cp) {
        return switch (UCharacter.getDirection(cp)) {
            case UCharacterDirection.LEFT_TO_RIGHT -> "L";
            case UCharacterDirection.RIGHT_TO_LEFT -> "R";
            case UCharacterDirection.RIGHT_TO_LEFT_ARABIC -> "AL";
            case UCharacterDirection.ARABIC_NUMBER -> "AN";
            case UCharacterDirection.EUROPEAN_NUMBER -> "EN";
            case UCharacterDirection.EUROPEAN_NUMBER_SEPARATOR -> "ES";
            case UCharacterDirection.COMMON_NUMBER_SEPARATOR -> "CS";
            case UCharacterDirection.EUROPEAN_NUMBER_TERMINATOR -> "ET";
            case UCharacterDirection.OTHER_NEUTRAL -> "ON";
            case UCharacterDirection.BOUNDARY_NEUTRAL -> "BN";
            case UCharacterDirection.DIR_NON_SPACING_MARK -> "NSM";
            default -> throw new IllegalStateException("no rule of RFC 5893 names the class of " + cp);
        };
    }
}
