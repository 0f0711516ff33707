package dev.gatehouse.password;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

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

    /** Format characters such as joiners, variation selectors, and fillers of scripts. */
    private static final Pattern INVISIBLE = Pattern.compile(
            "[\\p{Cf}\\x{34F}\\x{115F}\\x{1160}\\x{17B4}\\x{17B5}\\x{180B}-\\x{180F}\\x{3164}\\x{FE00}-\\x{FE0F}"
                    + "\\x{FFA0}\\x{E0100}-\\x{E01EF}]");

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

    /**
     * What is the same to someone who guesses: without case, without compatibility forms such as full width, and without characters that
     * cannot be seen.
     */
    static String folded(String text) {
        String visible = INVISIBLE.matcher(text).replaceAll("");
        return Normalizer.normalize(visible, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
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
