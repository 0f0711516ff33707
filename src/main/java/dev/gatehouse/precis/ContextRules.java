package dev.gatehouse.precis;

import dev.gatehouse.precis.UnicodeTable.Property;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The rules for code points that a name may have in some places only (RFC 5892, appendix A). */
final class ContextRules {
    private static final int NONE = -1;

    private ContextRules() {}

    /** What the rules A.7 to A.9 ask about a whole name. */
    private record Contents(boolean kanaOrHan, boolean arabicIndicDigits, boolean extendedArabicIndicDigits) {
        static Contents of(int[] name) {
            return new Contents(
                    contains(name, codePoint -> has(codePoint, Property.KANA_OR_HAN)),
                    contains(name, ContextRules::isArabicIndicDigit),
                    contains(name, ContextRules::isExtendedArabicIndicDigit));
        }

        private static boolean contains(int[] name, IntPredicate predicate) {
            return IntStream.of(name).anyMatch(predicate);
        }
    }

    /** Returns the position of the first code point whose rule does not allow it there; empty if there is none. */
    static OptionalInt firstOutOfContext(int[] name) {
        Contents contents = Contents.of(name);
        return IntStream.range(0, name.length)
                .filter(position -> !isAllowed(name, position, contents))
                .findFirst();
    }

    private static boolean isAllowed(int[] name, int position, Contents contents) {
        int before = position > 0 ? name[position - 1] : NONE;
        int after = position + 1 < name.length ? name[position + 1] : NONE;
        int codePoint = name[position];
        return switch (codePoint) {
            case 0x200C -> has(before, Property.VIRAMA) || joins(name, position); // A.1, ZERO WIDTH NON-JOINER
            case 0x200D -> has(before, Property.VIRAMA); // A.2, ZERO WIDTH JOINER
            case 0x00B7 -> before == 'l' && after == 'l'; // A.3, MIDDLE DOT
            case 0x0375 -> has(after, Property.GREEK); // A.4, GREEK LOWER NUMERAL SIGN (KERAIA)
            case 0x05F3, 0x05F4 -> has(before, Property.HEBREW); // A.5 and A.6, GERESH and GERSHAYIM
            case 0x30FB -> contents.kanaOrHan(); // A.7, KATAKANA MIDDLE DOT
            default ->
                !(isArabicIndicDigit(codePoint) && contents.extendedArabicIndicDigits()) // A.8
                        && !(isExtendedArabicIndicDigit(codePoint) && contents.arabicIndicDigits()); // A.9
        };
    }

    private static boolean has(int codePoint, Property property) {
        return codePoint != NONE && UnicodeTable.has(codePoint, property);
    }

    private static boolean isArabicIndicDigit(int codePoint) {
        return codePoint >= 0x0660 && codePoint <= 0x0669;
    }

    private static boolean isExtendedArabicIndicDigit(int codePoint) {
        return codePoint >= 0x06F0 && codePoint <= 0x06F9;
    }

    /** Returns true if the letters on both sides would join each other without the non-joiner between them. */
    private static boolean joins(int[] name, int position) {
        int before = position - 1;
        while (before >= 0 && has(name[before], Property.TRANSPARENT)) {
            before--;
        }
        int after = position + 1;
        while (after < name.length && has(name[after], Property.TRANSPARENT)) {
            after++;
        }
        return before >= 0
                && (has(name[before], Property.LEFT_JOINING) || has(name[before], Property.DUAL_JOINING))
                && after < name.length
                && (has(name[after], Property.RIGHT_JOINING) || has(name[after], Property.DUAL_JOINING));
    }
}
