package dev.gatehouse.password;

import dev.gatehouse.problem.InvalidValue;
import java.nio.charset.StandardCharsets;
import rocks.xmpp.precis.PrecisProfiles;

/**
 * A password as someone typed it, prepared with PRECIS OpaqueString (RFC 8265, 4.2): NFC, other spaces made ASCII
 * spaces, nothing cut, folded or trimmed. Has 1 to 256 code points.
 */
public final class Password {
    /** The most code points that a password may have, after preparation. */
    public static final int MAX_LENGTH = 256;

    private final String text;

    private Password(String text) {
        this.text = text;
    }

    /**
     * Parses a password that is to be checked.
     *
     * @throws InvalidValue when it is empty, over 256 code points, or has a code point that PRECIS forbids
     */
    public static Password parse(String typed) {
        if (typed.isEmpty()) {
            throw new InvalidValue("must not be empty");
        }
        String prepared = prepare(typed);
        if (codePoints(prepared) > MAX_LENGTH) {
            throw new InvalidValue("must have at most " + MAX_LENGTH + " characters");
        }
        return new Password(prepared);
    }

    private static String prepare(String typed) {
        try {
            return PrecisProfiles.OPAQUE_STRING.enforce(typed);
        } catch (IllegalArgumentException e) { // The library's exceptions have no narrower common type.
            throw new InvalidValue("has a character that a password cannot have");
        }
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
