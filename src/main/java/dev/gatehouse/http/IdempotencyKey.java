package dev.gatehouse.http;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The value of an {@code Idempotency-Key} field (draft-ietf-httpapi-idempotency-key-header): a client chooses it at random and sends it
 * with every attempt of one call. Has 16 to 255 visible characters of ASCII. It is a secret and prints as {@code [redacted]}.
 */
public final class IdempotencyKey {
    /** The name of the field. */
    public static final String FIELD = "Idempotency-Key";

    /** The fewest characters of a key. */
    public static final int MIN_LENGTH = 16;

    /** The most characters of a key. */
    public static final int MAX_LENGTH = 255;

    /** Longer ones are refused unread: with every character escaped and the quotes, a string has at most this length. */
    private static final int MAX_FIELD_LENGTH = 2 * MAX_LENGTH + 2;

    /** In the quotes, a backslash stands before a quote or a backslash and nowhere else (RFC 8941, 3.3.3). */
    private static final Pattern STRING = Pattern.compile("\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*\"");

    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

    private static final Pattern KEY = Pattern.compile("[!-~]{" + MIN_LENGTH + "," + MAX_LENGTH + "}");

    private final String text;

    private IdempotencyKey(String text) {
        this.text = text;
    }

    /**
     * Parses the value of a field: the key as it is, or, if the value begins with a quote, a string of RFC 8941 whose content is the key.
     * Empty if it is neither.
     */
    public static Optional<IdempotencyKey> parse(String value) {
        return Optional.ofNullable(content(value))
                .filter(content -> KEY.matcher(content).matches())
                .map(IdempotencyKey::new);
    }

    private static @Nullable String content(String value) {
        if (!value.startsWith("\"")) {
            return value;
        }
        Matcher string = STRING.matcher(value);
        return value.length() <= MAX_FIELD_LENGTH && string.matches()
                ? ESCAPED.matcher(value.substring(1, value.length() - 1)).replaceAll("$1")
                : null;
    }

    /** Returns the characters of the key, one byte each. */
    public byte[] bytes() {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IdempotencyKey key && key.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
