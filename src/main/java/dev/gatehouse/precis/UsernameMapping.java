package dev.gatehouse.precis;

import dev.gatehouse.precis.UnicodeTable.Property;
import java.text.Normalizer;
import java.text.Normalizer.Form;

/**
 * A typed name and the result of the mappings of UsernameCaseMapped (RFC 8265, 3.3.1): width, case and normalization, in this order.
 * Lower case and normal form come from the JVM, but only for code points that both the table and the JVM know. For these, each version
 * of Unicode has the same mappings: docs/adr/0013-usernames-by-a-table-of-one-unicode-version.md.
 */
final class UsernameMapping {
    /** The most typed code points that become one: no code point has a longer canonical decomposition. */
    static final int MOST_TYPED_FOR_ONE = 4;

    /** Stands for each code point that is not known. A noncharacter, so no version of Unicode maps, composes or allows it. */
    private static final int UNKNOWN = 0xFFFF;

    private static final int CAPITAL_SIGMA = 0x3A3;
    private static final int CAPITAL_I_WITH_DOT = 0x130;
    private static final int FULLWIDTH_TO_ASCII = 0xFEE0;

    private final int[] typed;

    /** The text before normalization. */
    private final String lower;

    /** Where the part of {@link #lower} ends that each typed code point became. */
    private final int[] ends;

    private final String result;

    private UsernameMapping(int[] typed, String lower, int[] ends) {
        this.typed = typed;
        this.lower = lower;
        this.ends = ends;
        this.result = composed(lower);
    }

    static UsernameMapping of(String name) {
        int[] typed = name.codePoints().toArray();
        int[] narrow = name.codePoints()
                .map(codePoint -> isKnown(codePoint) ? widthMapped(codePoint) : UNKNOWN)
                .toArray();
        StringBuilder lower = new StringBuilder(name.length());
        int[] ends = new int[typed.length];
        for (int n = 0; n < typed.length; n++) {
            appendLowerCase(narrow, n, lower);
            ends[n] = lower.length();
        }
        return new UsernameMapping(typed, lower.toString(), ends);
    }

    String result() {
        return result;
    }

    /**
     * Returns the typed code point that became the one at a position of the result, in code points. Returns the code point of the
     * result if it was composed from several or put into another order.
     */
    int asTyped(int position) {
        int end = result.offsetByCodePoints(0, position + 1);
        int resulting = result.codePointBefore(end);
        int tooShort = 0; // So many typed code points do not yet make the result up to this position,
        int longEnough = typed.length; // and so many do.
        while (longEnough - tooShort > 1) {
            int middle = (tooShort + longEnough) / 2;
            if (composed(lower.substring(0, ends[middle - 1])).startsWith(result.substring(0, end))) {
                longEnough = middle;
            } else {
                tooShort = middle;
            }
        }
        String last = lower.substring(tooShort == 0 ? 0 : ends[tooShort - 1], ends[tooShort]);
        boolean became = composed(last).codePoints().anyMatch(codePoint -> codePoint == resulting);
        return became ? typed[tooShort] : resulting;
    }

    private static String composed(String text) {
        return Normalizer.normalize(text, Form.NFC);
    }

    /**
     * Returns true if both the table and this JVM have a code point. An older JVM would leave a code point as it is that it does not
     * have. A newer JVM could map one that the table does not have to one that is allowed.
     */
    private static boolean isKnown(int codePoint) {
        return UnicodeTable.isAssigned(codePoint) && Character.isDefined(codePoint);
    }

    /** Does not map halfwidth jamo and fullwidth signs. They are disallowed, and so are the code points that they would be mapped to. */
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
    private static void appendLowerCase(int[] text, int position, StringBuilder lower) {
        switch (text[position]) {
            case CAPITAL_SIGMA -> lower.append(isFinalSigma(text, position) ? 'ς' : 'σ');
            case CAPITAL_I_WITH_DOT -> lower.append("i\u0307"); // The only one that becomes two, whatever is beside it.
            default -> lower.appendCodePoint(Character.toLowerCase(text[position]));
        }
    }

    private static boolean isFinalSigma(int[] text, int position) {
        int before = position - 1;
        while (before >= 0 && UnicodeTable.has(text[before], Property.CASE_IGNORABLE)) {
            before--;
        }
        int after = position + 1;
        while (after < text.length && UnicodeTable.has(text[after], Property.CASE_IGNORABLE)) {
            after++;
        }
        return before >= 0
                && UnicodeTable.has(text[before], Property.CASED)
                && !(after < text.length && UnicodeTable.has(text[after], Property.CASED));
    }
}
