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
     * Returns the prepared form of a name. It is empty only for the empty text, and preparing it again changes nothing.
     *
     * @throws InvalidValue for a name that the profile refuses; names the first code point that is wrong, as it was typed
     */
    public static String enforce(String typed) {
        if (typed.chars().allMatch(UsernameCaseMapped::isVisibleAscii)) {
            return typed.toLowerCase(Locale.ROOT); // What the rules below come to for most names.
        }
        String mapped = UsernameMapping.of(typed);
        int[] name = mapped.codePoints().toArray();
        refuse(typed, IdentifierClass.firstDisallowed(name), "");
        refuse(typed, ContextRules.firstOutOfContext(name), " in this place");
        refuse(typed, BidiRule.firstMisplaced(name), " in this place of a name with right-to-left characters");
        return mapped;
    }

    private static boolean isVisibleAscii(int codePoint) {
        return codePoint > ' ' && codePoint <= '~';
    }

    private static void refuse(String typed, OptionalInt wrong, String where) {
        if (wrong.isPresent()) {
            throw new InvalidValue("must not contain " + notation(asTyped(typed, wrong.getAsInt())) + where);
        }
    }

    /** Returns the first typed code point that is mapped to this one; this one itself if it was composed from several. */
    private static int asTyped(String typed, int mapped) {
        return typed.codePoints()
                .filter(codePoint -> UsernameMapping.of(Character.toString(codePoint))
                        .codePoints()
                        .anyMatch(result -> result == mapped))
                .findFirst()
                .orElse(mapped);
    }

    private static String notation(int codePoint) {
        int digits = codePoint <= LAST_OF_FOUR_DIGITS ? 4 : codePoint <= LAST_OF_FIVE_DIGITS ? 5 : 6;
        return "U+" + HexFormat.of().withUpperCase().toHexDigits(codePoint, digits);
    }
}
