package dev.gatehouse;

import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Texts as untrusted clients send them, for property tests. */
public final class Texts {
    private Texts() {}

    /** Up to so many code points of any kind: ASCII, lone surrogates, and what no version of Unicode has assigned. */
    public static Arbitrary<String> any(int length) {
        return of(
                Arbitraries.frequencyOf(
                        Tuple.of(3, Arbitraries.integers().between(0, 0x7F)),
                        Tuple.of(3, Arbitraries.integers().between(0x80, 0xFFFF)),
                        Tuple.of(1, Arbitraries.integers().between(0x10000, Character.MAX_CODE_POINT))),
                length);
    }

    /** Up to so many of these code points. */
    public static Arbitrary<String> of(Arbitrary<Integer> codePoints, int length) {
        return codePoints
                .list()
                .ofMaxSize(length)
                .map(list -> list.stream().map(Character::toString).collect(Collectors.joining()));
    }

    /** Up to so many of these pieces, one after the other. */
    public static Arbitrary<String> ofPieces(int count, String... pieces) {
        return Arbitraries.of(pieces).list().ofMaxSize(count).map(list -> String.join("", list));
    }
}
