package dev.gatehouse.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UCharacterCategory;
import com.ibm.icu.text.Normalizer2;
import dev.gatehouse.SeededProperty;
import dev.gatehouse.Texts;
import dev.gatehouse.precis.IcuPrecis;
import dev.gatehouse.problem.InvalidValue;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** {@link Password} against ICU4J, over each code point and over generated texts. */
class PasswordPropertyTest {
    private final PasswordPolicy policy = new PasswordPolicy(8);

    @Test
    void eachCodePointIsAllowedUnlessItIsControlSurrogateOrUnassigned() {
        for (int cp = 0; cp <= Character.MAX_CODE_POINT; cp++) {
            if (Character.isDefined(cp) && !UCharacter.isDefined(cp)) {
                continue; // This JVM has a newer version of Unicode than ICU4J.
            }
            boolean allowed = IcuPrecis.isAssigned(cp)
                    && UCharacter.getType(cp) != UCharacterCategory.CONTROL
                    && UCharacter.getType(cp) != UCharacterCategory.SURROGATE;
            if (parsedNew("Tr0ub4dor" + Character.toString(cp)).isPresent() != allowed) {
                fail("U+%04X should be allowed: %s", cp, allowed);
            }
        }
    }

    @SeededProperty
    void passwordsAreMappedAsByIcu(@ForAll("texts") String text) {
        parsedNew(text).ifPresent(password -> assertThat(password.bytes()).isEqualTo(mappedByIcu(text)));
    }

    @SeededProperty
    void mappingAMappedPasswordChangesNothing(@ForAll("texts") String text) {
        parsedNew(text)
                .ifPresent(password -> assertThat(
                                parsedNew(new String(password.bytes(), UTF_8)).map(Password::bytes))
                        .contains(password.bytes()));
    }

    @SeededProperty
    void anyTextIsAPasswordOrAnInvalidValue(@ForAll("longTexts") String text) {
        long length = Normalizer2.getNFCInstance().normalize(text).codePoints().count();
        assertThat(parsed(text).isPresent()).isEqualTo(length >= 1 && length <= Password.MAX_LENGTH);
    }

    private static byte[] mappedByIcu(String text) {
        String blanks = text.codePoints()
                .mapToObj(cp ->
                        UCharacter.getType(cp) == UCharacterCategory.SPACE_SEPARATOR ? " " : Character.toString(cp))
                .collect(Collectors.joining());
        return Normalizer2.getNFCInstance().normalize(blanks).getBytes(UTF_8);
    }

    private Optional<Password> parsedNew(String text) {
        try {
            return Optional.of(policy.parseNew(text, null));
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }

    private static Optional<Password> parsed(String text) {
        try {
            return Optional.of(Password.parse(text));
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<Integer> assigned =
                Arbitraries.integers().between(0x20, 0x1FFFF).filter(IcuPrecis::isAssigned);
        Arbitrary<Integer> blanksAndMarks = Arbitraries.of(
                0x20, 0xA0, 0x3000, 0x61, 0xC4, 0x301, 0x323, 0x308, 0x200D, 0xFE0F, 0x1112, 0x1161, 0x212B, 0xFB01);
        return Arbitraries.oneOf(Texts.any(12), Texts.of(Arbitraries.oneOf(assigned, blanksAndMarks), 16))
                .filter(IcuPrecis::isAssignedAlike);
    }

    @Provide
    Arbitrary<String> longTexts() {
        return Texts.any(400).filter(IcuPrecis::isAssignedAlike);
    }
}
