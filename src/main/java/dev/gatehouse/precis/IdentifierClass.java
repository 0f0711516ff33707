package dev.gatehouse.precis;

import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The string class of names (RFC 8264, 4.2), without the rules of context. */
final class IdentifierClass {
    private IdentifierClass() {}

    /**
     * Returns the first code point that no name may have; empty if there is none. Also refuses a code point that the table has and
     * this JVM does not know: the JVM knows neither its lower case nor its normal form, and would make another name of it than a
     * newer JVM.
     */
    static OptionalInt firstDisallowed(int[] name) {
        return IntStream.of(name)
                .filter(codePoint -> !UnicodeTable.isAllowed(codePoint) || !Character.isDefined(codePoint))
                .findFirst();
    }
}
