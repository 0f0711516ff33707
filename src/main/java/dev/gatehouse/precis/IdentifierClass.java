package dev.gatehouse.precis;

import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The string class of names (RFC 8264, 4.2), without the rules of context. */
final class IdentifierClass {
    private IdentifierClass() {}

    /** Returns the position of the first code point that no name may have; empty if there is none. */
    static OptionalInt firstDisallowed(int[] name) {
        return IntStream.range(0, name.length)
                .filter(position -> !UnicodeTable.isAllowed(name[position]))
                .findFirst();
    }
}
