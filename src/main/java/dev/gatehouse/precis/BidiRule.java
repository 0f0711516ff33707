package dev.gatehouse.precis;

import dev.gatehouse.precis.UnicodeTable.Property;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The Bidi Rule (RFC 5893, 2). Without it, a name with right-to-left characters could look like another name. */
final class BidiRule {
    private BidiRule() {}

    /** Returns the position of the first code point that breaks the rule; empty if none does, or if none is right-to-left. */
    static OptionalInt firstMisplaced(int[] name) {
        if (IntStream.of(name).noneMatch(has(Property.R, Property.AL, Property.AN))) {
            return OptionalInt.empty();
        }
        if (has(Property.R, Property.AL).test(name[0])) {
            return inRightToLeftName(name);
        }
        return has(Property.L).test(name[0]) ? inLeftToRightName(name) : OptionalInt.of(0); // Condition 1
    }

    /** Conditions 2 and 5 list the allowed classes. The IdentifierClass has only one more for 2, and three for 5. */
    private static OptionalInt inRightToLeftName(int[] name) {
        OptionalInt foreign = first(name, has(Property.L)); // Condition 2
        if (foreign.isPresent()) {
            return foreign;
        }
        OptionalInt digit = first(name, has(Property.EN, Property.AN));
        if (digit.isPresent()) {
            Property otherKind = has(Property.EN).test(name[digit.getAsInt()]) ? Property.AN : Property.EN;
            OptionalInt otherDigit = first(name, has(otherKind)); // Condition 4
            if (otherDigit.isPresent()) {
                return otherDigit;
            }
        }
        return lastUnless(has(Property.R, Property.AL, Property.EN, Property.AN), name); // Condition 3
    }

    private static OptionalInt inLeftToRightName(int[] name) {
        return first(name, has(Property.R, Property.AL, Property.AN)); // Condition 5, which then leaves nothing for 6
    }

    private static OptionalInt first(int[] name, IntPredicate predicate) {
        return IntStream.range(0, name.length)
                .filter(position -> predicate.test(name[position]))
                .findFirst();
    }

    /** Returns the position of the last code point before the nonspacing marks at the end; empty if it may be the last one. */
    private static OptionalInt lastUnless(IntPredicate mayBeLast, int[] name) {
        int last = name.length - 1;
        while (has(Property.NSM).test(name[last])) {
            last--; // Ends at the first code point, which is a letter.
        }
        return mayBeLast.test(name[last]) ? OptionalInt.empty() : OptionalInt.of(last);
    }

    private static IntPredicate has(Property... anyOf) {
        return codePoint -> {
            for (Property property : anyOf) {
                if (UnicodeTable.has(codePoint, property)) {
                    return true;
                }
            }
            return false;
        };
    }
}
