package dev.gatehouse.precis;

import dev.gatehouse.problem.InvalidValue;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The PRECIS profile UsernameCaseMapped (RFC 8265, 3.3). The rules are applied in the order of RFC 8264, 7: the mapped name is judged,
 * not the typed one. Why, and where the data comes from: docs/adr/0013-usernames-by-a-table-of-one-unicode-version.md.
 */
public final class UsernameCaseMapped {
    private static final int LAST_OF_FOUR_DIGITS = 0xFFFF;
    private static final int LAST_OF_FIVE_DIGITS = 0xFFFFF;

    private UsernameCaseMapped() {}

    /**
     * Returns the prepared form of a name. It is empty only for the empty text, and preparing it again changes nothing. The length is
     * checked before the characters, so that the work is bounded by {@code maxLength}.
     *
     * @param maxLength the most code points of the prepared form
     * @throws InvalidValue for a name that is longer or that the profile refuses; names the first code point that is wrong, as it was
     *     typed
     */
    public static String enforce(String typed, int maxLength) {
        if (typed.chars().allMatch(UsernameCaseMapped::isVisibleAscii)) {
            refuseLonger(typed.length(), maxLength, maxLength);
            return typed.toLowerCase(Locale.ROOT); // What the rules below come to for most names.
        }
        int typedLength = typed.codePointCount(0, typed.length());
        refuseLonger(typedLength, maxLength * UsernameMapping.MOST_TYPED_FOR_ONE, maxLength);
        UsernameMapping mapping = UsernameMapping.of(typed);
        int[] name = mapping.result().codePoints().toArray();
        refuseLonger(name.length, maxLength, maxLength);
        refuse(mapping, IdentifierClass.firstDisallowed(name), "");
        refuse(mapping, ContextRules.firstOutOfContext(name), " in this place");
        refuse(mapping, BidiRule.firstMisplaced(name), " in this place of a name with right-to-left characters");
        return mapping.result();
    }

    private static boolean isVisibleAscii(int codePoint) {
        return codePoint > ' ' && codePoint <= '~';
    }

    private static void refuseLonger(int length, int bound, int maxLength) {
        if (length > bound) {
            throw new InvalidValue("must have at most " + maxLength + " characters");
        }
    }

    private static void refuse(UsernameMapping mapping, OptionalInt wrong, String where) {
        if (wrong.isPresent()) {
            throw new InvalidValue("must not contain " + notation(mapping.asTyped(wrong.getAsInt())) + where);
        }
    }

    private static String notation(int codePoint) {
        int digits = codePoint <= LAST_OF_FOUR_DIGITS ? 4 : codePoint <= LAST_OF_FIVE_DIGITS ? 5 : 6;
        return "U+" + HexFormat.of().withUpperCase().toHexDigits(codePoint, digits);
    }
}
