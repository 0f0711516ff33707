package dev.gatehouse.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8: a String's own constructor puts U+FFFD in the place of what is broken. */
public final class Utf8 {
    private Utf8() {}

    /**
     * The text of these bytes.
     *
     * @throws CharacterCodingException when they are not well-formed UTF-8; overlong forms and surrogates are not
     */
    public static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
