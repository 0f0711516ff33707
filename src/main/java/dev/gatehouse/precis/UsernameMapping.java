package dev.gatehouse.precis;

import java.text.Normalizer;
import java.text.Normalizer.Form;

/** The mappings of UsernameCaseMapped (RFC 8265, 3.3.1): width, case and normalization, in this order. */
final class UsernameMapping {
    private static final int CAPITAL_SIGMA = 0x3A3;
    private static final int CAPITAL_I_WITH_DOT = 0x130;
    private static final int FULLWIDTH_TO_ASCII = 0xFEE0;

    private UsernameMapping() {}

    static String of(String typed) {
        int[] narrow = typed.codePoints().map(UsernameMapping::widthMapped).toArray();
        return Normalizer.normalize(lowerCase(narrow), Form.NFC);
    }

    /** Halfwidth jamo and fullwidth signs stay as they are: they are disallowed, as are the code points that they stand for. */
    private static int widthMapped(int codePoint) {
        if (codePoint >= 0xFF01 && codePoint <= 0xFF5E) {
            return codePoint - FULLWIDTH_TO_ASCII;
        }
        if (codePoint >= 0xFF5F && codePoint <= 0xFF9F) {
            return Normalizer.normalize(Character.toString(codePoint), Form.NFKC)
                    .codePointAt(0);
        }
        return codePoint;
    }

    /** Applies toLowercase of the Unicode Standard, 3.13. String.toLowerCase() looks for the ends of words instead. */
    private static String lowerCase(int[] text) {
        StringBuilder lower = new StringBuilder(text.length);
        for (int n = 0; n < text.length; n++) {
            switch (text[n]) {
                case CAPITAL_SIGMA -> lower.append(isFinalSigma(text, n) ? 'ς' : 'σ');
                case CAPITAL_I_WITH_DOT ->
                    lower.append("i\u0307"); // The only one that becomes two, whatever is beside it.
                default -> lower.appendCodePoint(Character.toLowerCase(text[n]));
            }
        }
        return lower.toString();
    }

    private static boolean isFinalSigma(int[] text, int position) {
        int before = position - 1;
        while (before >= 0 && isCaseIgnorable(text[before])) {
            before--;
        }
        int after = position + 1;
        while (after < text.length && isCaseIgnorable(text[after])) {
            after++;
        }
        return before >= 0 && isCased(text[before]) && !(after < text.length && isCased(text[after]));
    }

    private static boolean isCased(int codePoint) {
        return Character.isLowerCase(codePoint) || Character.isUpperCase(codePoint) || Character.isTitleCase(codePoint);
    }

    /** Marks, format characters and modifiers, and the punctuation inside of words (UAX #29: MidLetter, MidNumLet, Single_Quote). */
    static boolean isCaseIgnorable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.FORMAT,
                    Character.MODIFIER_LETTER,
                    Character.MODIFIER_SYMBOL -> true;
            default ->
                "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A"
                                .indexOf(codePoint)
                        >= 0;
        };
    }
}
