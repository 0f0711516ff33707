package dev.gatehouse.password;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;

/**
 * The passwords that are guessed first (NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.2.4). The 30 000 of zxcvbn 4.4.2 (MIT),
 * in lower case; the resource's licence lies beside it.
 */
final class CommonPasswords {
    private static final String RESOURCE = "common-passwords.txt";

    /** Shorter entries of digits alone are how many numbers begin. */
    private static final int SHORTEST_NUMBER = 6;

    /** Sorted. */
    private static final String[] ENTRIES = read();

    private CommonPasswords() {}

    private static String[] read() {
        try (InputStream resource = CommonPasswords.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            String[] entries = new String(resource.readAllBytes(), StandardCharsets.US_ASCII).split("\n");
            Arrays.sort(entries);
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of entries with at least so many characters. */
    static long count(int atLeast) {
        return Arrays.stream(ENTRIES).filter(entry -> entry.length() >= atLeast).count();
    }

    /** What is the same to someone who guesses: without case, and without compatibility forms such as full width. */
    static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    /** Whether a folded password is an entry, or one followed by digits. */
    static boolean contains(String folded) {
        if (isEntry(folded)) {
            return true;
        }
        for (int end = folded.length() - 1; end > 0 && isDigit(folded.charAt(end)); end--) {
            String beginning = folded.substring(0, end);
            if (isEntry(beginning) && (end >= SHORTEST_NUMBER || !isNumber(beginning))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEntry(String text) {
        return Arrays.binarySearch(ENTRIES, text) >= 0;
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(character -> isDigit((char) character));
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }
}
