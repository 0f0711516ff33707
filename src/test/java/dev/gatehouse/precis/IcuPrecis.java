package dev.gatehouse.precis;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UCharacter.DecompositionType;
import com.ibm.icu.lang.UCharacter.HangulSyllableType;
import com.ibm.icu.lang.UCharacter.JoiningType;
import com.ibm.icu.lang.UCharacterCategory;
import com.ibm.icu.lang.UCharacterDirection;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.util.ULocale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The profile UsernameCaseMapped (RFC 8265, 3.3) written once more, from the words of the RFCs and with the data of ICU4J. The oracle
 * of {@link UsernameCaseMapped}, and the source of its table.
 */
public final class IcuPrecis {
    /** The derived properties of RFC 8264, 8, for the IdentifierClass. {@code ID_DIS} counts as disallowed. */
    enum DerivedProperty {
        PVALID,
        CONTEXTJ,
        CONTEXTO,
        DISALLOWED,
        UNASSIGNED
    }

    private static final Normalizer2 NFC = Normalizer2.getNFCInstance();
    private static final Normalizer2 NFKC = Normalizer2.getNFKCInstance();

    /** RFC 5892, 2.6. */
    private static final Set<Integer> EXCEPTIONS_PVALID = Set.of(0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007);

    private static final Set<Integer> EXCEPTIONS_CONTEXTO = IntStream.of(
                    0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, 0x660, 0x661, 0x662, 0x663, 0x664, 0x665, 0x666, 0x667, 0x668,
                    0x669, 0x6F0, 0x6F1, 0x6F2, 0x6F3, 0x6F4, 0x6F5, 0x6F6, 0x6F7, 0x6F8, 0x6F9)
            .boxed()
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<Integer> EXCEPTIONS_DISALLOWED =
            Set.of(0x640, 0x7FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B);

    /** RFC 8264, 9.1. */
    private static final Set<Byte> LETTER_DIGITS = Set.of(
            UCharacterCategory.LOWERCASE_LETTER,
            UCharacterCategory.UPPERCASE_LETTER,
            UCharacterCategory.OTHER_LETTER,
            UCharacterCategory.DECIMAL_DIGIT_NUMBER,
            UCharacterCategory.MODIFIER_LETTER,
            UCharacterCategory.NON_SPACING_MARK,
            UCharacterCategory.COMBINING_SPACING_MARK);

    static final int VIRAMA = 9;
    private static final Set<Integer> RIGHT_TO_LEFT = Set.of(
            UCharacterDirection.RIGHT_TO_LEFT,
            UCharacterDirection.RIGHT_TO_LEFT_ARABIC,
            UCharacterDirection.ARABIC_NUMBER);

    /** RFC 5893, 2, on a word that has a letter for each code point, see {@link #bidiLetter}. */
    private static final Pattern LEFT_TO_RIGHT_LABEL = Pattern.compile("L([LEsctobN]*[LE])?N*");

    private static final Pattern RIGHT_TO_LEFT_LABEL = Pattern.compile("(?!.*E.*A|.*A.*E)[RX]([RXAEsctobN]*[RXAE])?N*");

    private IcuPrecis() {}

    /** Whether the version of Unicode that ICU4J and this JVM both know has this code point. */
    public static boolean isAssigned(int codePoint) {
        return UCharacter.isDefined(codePoint) && Character.isDefined(codePoint);
    }

    /** Whether ICU4J and this JVM, whose versions of Unicode may differ, have the same code points of a text. */
    public static boolean isAssignedAlike(String text) {
        return text.codePoints().allMatch(cp -> UCharacter.isDefined(cp) == Character.isDefined(cp));
    }

    /** RFC 8264, 8, in its order. */
    static DerivedProperty derive(int cp) {
        if (EXCEPTIONS_PVALID.contains(cp)) {
            return DerivedProperty.PVALID;
        } else if (EXCEPTIONS_CONTEXTO.contains(cp)) {
            return DerivedProperty.CONTEXTO;
        } else if (EXCEPTIONS_DISALLOWED.contains(cp)) {
            return DerivedProperty.DISALLOWED;
        } else if (!UCharacter.isDefined(cp)) { // BackwardCompatible (RFC 5892, 2.7) is empty.
            return DerivedProperty.UNASSIGNED; // With the noncharacters, which are refused likewise.
        } else if (cp >= 0x21 && cp <= 0x7E) {
            return DerivedProperty.PVALID;
        } else if (UCharacter.hasBinaryProperty(cp, UProperty.JOIN_CONTROL)) {
            return DerivedProperty.CONTEXTJ;
        } else if (isOldHangulJamo(cp)
                || UCharacter.hasBinaryProperty(cp, UProperty.DEFAULT_IGNORABLE_CODE_POINT)
                || UCharacter.getType(cp) == UCharacterCategory.CONTROL
                || UCharacter.getType(cp) == UCharacterCategory.SURROGATE // Has no NFKC.
                || !NFKC.isNormalized(Character.toString(cp))) {
            return DerivedProperty.DISALLOWED;
        }
        return LETTER_DIGITS.contains((byte) UCharacter.getType(cp))
                ? DerivedProperty.PVALID
                : DerivedProperty.DISALLOWED;
    }

    private static boolean isOldHangulJamo(int cp) {
        int type = UCharacter.getIntPropertyValue(cp, UProperty.HANGUL_SYLLABLE_TYPE);
        return type == HangulSyllableType.LEADING_JAMO
                || type == HangulSyllableType.VOWEL_JAMO
                || type == HangulSyllableType.TRAILING_JAMO;
    }

    /** The name in its prepared form, by the order of RFC 8264, 7; empty when it is not a name. */
    public static Optional<String> enforce(String typed) {
        String prepared = mapped(typed);
        return !prepared.isEmpty() && isValid(prepared) && keepsBidiRule(prepared)
                ? Optional.of(prepared)
                : Optional.empty();
    }

    static String mapped(String typed) {
        String narrow = typed.codePoints().mapToObj(IcuPrecis::widthMapped).collect(Collectors.joining());
        return NFC.normalize(UCharacter.toLowerCase(ULocale.ROOT, narrow));
    }

    private static String widthMapped(int cp) {
        int type = UCharacter.getIntPropertyValue(cp, UProperty.DECOMPOSITION_TYPE);
        return type == DecompositionType.WIDE || type == DecompositionType.NARROW
                ? NFKC.getRawDecomposition(cp)
                : Character.toString(cp);
    }

    private static boolean isValid(String name) {
        int[] cps = name.codePoints().toArray();
        return IntStream.range(0, cps.length).allMatch(n -> switch (derive(cps[n])) {
            case PVALID -> true;
            case CONTEXTJ, CONTEXTO -> isAllowedInContext(cps, n);
            case DISALLOWED, UNASSIGNED -> false;
        });
    }

    /** RFC 5892, appendix A. */
    private static boolean isAllowedInContext(int[] cps, int n) {
        IntPredicate before = at -> n > 0 && at == cps[n - 1];
        int previous = n > 0 ? cps[n - 1] : -1;
        int next = n + 1 < cps.length ? cps[n + 1] : -1;
        return switch (cps[n]) {
            case 0x200C ->
                UCharacter.getCombiningClass(previous) == VIRAMA
                        || Pattern.matches(
                                ".*[LD]T*" + "@" + "T*[RD].*",
                                word(cps, 0, n, IcuPrecis::joiningLetter)
                                        + "@"
                                        + word(cps, n + 1, cps.length, IcuPrecis::joiningLetter));
            case 0x200D -> UCharacter.getCombiningClass(previous) == VIRAMA;
            case 0xB7 -> before.test('l') && next == 'l';
            case 0x375 -> script(next) == UScript.GREEK;
            case 0x5F3, 0x5F4 -> script(previous) == UScript.HEBREW;
            case 0x30FB ->
                IntStream.of(cps)
                        .map(IcuPrecis::script)
                        .anyMatch(script ->
                                script == UScript.HIRAGANA || script == UScript.KATAKANA || script == UScript.HAN);
            default -> {
                boolean extended = cps[n] >= 0x6F0;
                yield IntStream.of(cps)
                        .noneMatch(cp -> extended ? cp >= 0x660 && cp <= 0x669 : cp >= 0x6F0 && cp <= 0x6F9);
            }
        };
    }

    private static int script(int cp) {
        return cp < 0 ? UScript.INVALID_CODE : UScript.getScript(cp);
    }

    private static String word(int[] cps, int from, int to, IntFunction<String> letter) {
        return IntStream.range(from, to).map(n -> cps[n]).mapToObj(letter).collect(Collectors.joining());
    }

    private static String joiningLetter(int cp) {
        return switch (joiningType(cp)) {
            case JoiningType.LEFT_JOINING -> "L";
            case JoiningType.DUAL_JOINING -> "D";
            case JoiningType.TRANSPARENT -> "T";
            case JoiningType.RIGHT_JOINING -> "R";
            default -> "U";
        };
    }

    static int joiningType(int cp) {
        return UCharacter.getIntPropertyValue(cp, UProperty.JOINING_TYPE);
    }

    private static boolean keepsBidiRule(String name) {
        int[] cps = name.codePoints().toArray();
        if (IntStream.of(cps).noneMatch(cp -> RIGHT_TO_LEFT.contains(UCharacter.getDirection(cp)))) {
            return true;
        }
        String word = word(cps, 0, cps.length, IcuPrecis::bidiLetter);
        return LEFT_TO_RIGHT_LABEL.matcher(word).matches()
                || RIGHT_TO_LEFT_LABEL.matcher(word).matches();
    }

    private static String bidiLetter(int cp) {
        return switch (UCharacter.getDirection(cp)) {
            case UCharacterDirection.LEFT_TO_RIGHT -> "L";
            case UCharacterDirection.RIGHT_TO_LEFT -> "R";
            case UCharacterDirection.RIGHT_TO_LEFT_ARABIC -> "X";
            case UCharacterDirection.ARABIC_NUMBER -> "A";
            case UCharacterDirection.EUROPEAN_NUMBER -> "E";
            case UCharacterDirection.EUROPEAN_NUMBER_SEPARATOR -> "s";
            case UCharacterDirection.COMMON_NUMBER_SEPARATOR -> "c";
            case UCharacterDirection.EUROPEAN_NUMBER_TERMINATOR -> "t";
            case UCharacterDirection.OTHER_NEUTRAL -> "o";
            case UCharacterDirection.BOUNDARY_NEUTRAL -> "b";
            case UCharacterDirection.DIR_NON_SPACING_MARK -> "N";
            default -> "-";
        };
    }
}
