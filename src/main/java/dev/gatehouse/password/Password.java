package dev.gatehouse.password;

import dev.gatehouse.problem.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Optional;

/**
 * A password as someone typed it, mapped as PRECIS OpaqueString maps (RFC 8265, 4.2.1): each blank becomes U+0020, and the text
 * NFC. Nothing is cut, folded or trimmed. Has 1 to 256 code points.
 *
 * <p>No account's password has control characters, surrogates or unassigned code points. A typed password
 * that has one of these is not acceptable and matches no hash. Every other character is allowed, even if OpaqueString refuses it:
 * docs/adr/0014-passwords-take-almost-every-character.md.
 */
public final class Password {
    /** The most code points that a password may have, after mapping. */
    public static final int MAX_LENGTH = 256;

    /** NFC makes one code point of at most so many. */
    private static final int LONGEST_COMPOSITION = 4;

    private static final int LAST_OF_ASCII = 0x7F;

    private final String text;
    private final Optional<String> refusal;

    private Password(String text, Optional<String> refusal) {
        this.text = text;
        this.refusal = refusal;
    }

    /**
     * Parses a password that is to be checked. Does not refuse one that no account can have: it is as wrong as any other wrong one.
     *
     * @throws InvalidValue when it is empty or over 256 code points
     */
    public static Password parse(String typed) {
        if (typed.isEmpty()) {
            throw new InvalidValue("must not be empty");
        }
        if (codePoints(typed) > LONGEST_COMPOSITION * MAX_LENGTH) {
            throw tooLong(); // Before it is mapped: NFC takes long for a long row of combining marks.
        }
        String mapped = mapped(typed);
        if (codePoints(mapped) > MAX_LENGTH) {
            throw tooLong();
        }
        return new Password(mapped, refusal(mapped));
    }

    private static InvalidValue tooLong() {
        return new InvalidValue("must have at most " + MAX_LENGTH + " characters");
    }

    private static String mapped(String typed) {
        if (typed.chars().allMatch(character -> character <= LAST_OF_ASCII)) {
            return typed;
        }
        StringBuilder blanks = new StringBuilder(typed.length());
        typed.codePoints()
                .map(codePoint -> Character.getType(codePoint) == Character.SPACE_SEPARATOR ? ' ' : codePoint)
                .forEach(blanks::appendCodePoint);
        return Normalizer.normalize(blanks, Form.NFC);
    }

    private static Optional<String> refusal(String mapped) {
        return mapped.codePoints()
                .filter(codePoint -> !isAllowed(codePoint))
                .mapToObj(Password::refusal)
                .findFirst();
    }

    private static boolean isAllowed(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** Names the kind of character only. Which one it is, and where, is part of a secret. */
    private static String refusal(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL -> "must not contain control characters";
            case Character.SURROGATE -> "must not contain half of a surrogate pair";
            default -> "must not contain a code point that Unicode has not assigned";
        };
    }

    /** Why no account can have this password; empty when one can. */
    Optional<String> refusal() {
        return refusal;
    }

    /** The number of code points. */
    int length() {
        return codePoints(text);
    }

    /** As {@link CommonPasswords} compares it. */
    String folded() {
        return CommonPasswords.folded(text);
    }

    /** The UTF-8 form, which is what is hashed; the caller wipes it. */
    byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int codePoints(String text) {
        return text.codePointCount(0, text.length());
    }

    @Override
    public String toString() {
        return "Password[redacted]";
    }
}
