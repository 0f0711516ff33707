package dev.gatehouse.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of a file that a request asks for (RFC 9110, 14.1.2).
 *
 * @param first the first byte, from 0; not below {@code length} where the file has no such part
 * @param last the last byte, inclusive
 * @param length the length of the whole file
 */
record ByteRange(int first, int last, int length) {
    private static final Pattern ONE_RANGE =
            Pattern.compile("bytes=[ \\t,]*+(\\d*+)-(\\d*+)[ \\t,]*+", Pattern.CASE_INSENSITIVE);

    private static final int DECIMAL = 10;

    /**
     * Returns the range in the {@code Range} fields of a request. Returns null where they are to be ignored, as a server may do (RFC
     * 9110, 14.2): there are none, they are malformed, they have another unit than bytes, or they ask for several ranges.
     */
    static @Nullable ByteRange of(List<String> fields, int length) {
        Matcher range = ONE_RANGE.matcher(fields.size() == 1 ? fields.getFirst().strip() : "");
        if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
            return null;
        }
        if (range.group(1).isEmpty()) {
            return new ByteRange(Math.max(0, length - number(range.group(2))), length - 1, length);
        }
        int first = number(range.group(1));
        int last = range.group(2).isEmpty() ? Integer.MAX_VALUE : number(range.group(2));
        return last < first ? null : new ByteRange(first, Math.min(last, length - 1), length);
    }

    /** Returns a number of any count of digits, and the largest int in place of a larger one. */
    private static int number(String digits) {
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            number = Math.min(Integer.MAX_VALUE, number * DECIMAL + (digits.charAt(i) - '0'));
        }
        return (int) number;
    }

    /** Returns true if the file has at least one byte of the range. */
    boolean isSatisfiable() {
        return first < length;
    }

    /** Returns the value of {@code Content-Range} (RFC 9110, 14.4). */
    String contentRange() {
        return "bytes " + (isSatisfiable() ? first + "-" + last : "*") + "/" + length;
    }
}
