package dev.gatehouse.key;

import dev.gatehouse.crypto.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The secrets that an attacker tries first: those of a public list, placeholders of templates, and a short text repeated. The
 * resource has hashes of the list's entries and no text. {@code .ci/known-secrets} writes it and says where the list comes from;
 * the resource's licence is beside it.
 */
final class KnownSecrets {
    private static final String RESOURCE = "known-secrets.bin";

    /** A shorter text says nothing about the secret that it is a part of. */
    private static final int MIN_FOLDED = 16;

    /** What no secret may contain, folded. */
    private static final List<String> PLACEHOLDERS =
            List.of("changeme", "replaceme", "yoursecret", "mysecret", "supersecret");

    /** What documents and templates have in place of a secret, folded. No secret may be the beginning of one, repeated. */
    private static final Set<String> SAMPLES = Set.of(
            "changeit",
            "secret",
            "secretstring",
            "appsecretstring",
            "secretkey",
            "password",
            "your256bitsecret",
            "astringsecretatleast256bitslong",
            "replacewithalongrandomstring",
            "1234567890",
            "0123456789",
            "0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz",
            "abcdefghijklmnopqrstuvwxyz0123456789");

    private static final Pattern AROUND = Pattern.compile("^[\\s\"'`]+|[\\s\"'`]+$");
    private static final Pattern BLANK = Pattern.compile("\\s");
    private static final Pattern HEXADECIMAL = Pattern.compile("(?:[0-9A-Fa-f]{2})++");

    /** The first 8 bytes of each hash, sorted as signed numbers. */
    private static final long[] HASHES = read();

    private KnownSecrets() {}

    private static long[] read() {
        try (InputStream resource = KnownSecrets.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            ByteBuffer bytes = ByteBuffer.wrap(resource.readAllBytes());
            long[] hashes = new long[bytes.remaining() / Long.BYTES];
            bytes.asLongBuffer().get(hashes);
            Arrays.sort(hashes);
            return hashes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns why a secret is easily guessed, for the operator; empty if it is not. Judges the secret, and the bytes that it encodes if
     * it is hexadecimal or base64. Blanks and quotes around it do not count. The reason does not quote the secret.
     */
    static Optional<String> fault(byte[] secret) {
        return forms(secret).stream().flatMap(form -> faultOf(form).stream()).findFirst();
    }

    private static Optional<String> faultOf(byte[] form) {
        String folded = folded(form);
        // A few letters among random bytes repeat each other by chance.
        boolean isText = 2 * folded.length() >= form.length;
        if (isRepeated(form) || (isText && isLong(folded) && isRepeated(folded.getBytes(StandardCharsets.US_ASCII)))) {
            return Optional.of("is a shorter text repeated");
        }
        if (PLACEHOLDERS.stream().anyMatch(folded::contains)) {
            return Optional.of("contains a placeholder that templates have in place of a secret");
        }
        if (isText && isSample(folded)) {
            return Optional.of("is a sample value that everybody knows");
        }
        if (isListed(form) || (isLong(folded) && isListed(folded.getBytes(StandardCharsets.US_ASCII)))) {
            return Optional.of("is publicly known");
        }
        return Optional.empty();
    }

    private static List<byte[]> forms(byte[] secret) {
        // One character a byte, so that bytes which are no text stay as they are.
        String text = unquoted(new String(secret, StandardCharsets.ISO_8859_1));
        List<byte[]> forms = new ArrayList<>(List.of(secret, text.getBytes(StandardCharsets.ISO_8859_1)));
        String compact = BLANK.matcher(text).replaceAll("");
        Base64Text.decode(compact).ifPresent(forms::add);
        hexadecimal(compact).ifPresent(forms::add);
        return forms;
    }

    private static String unquoted(String text) {
        return AROUND.matcher(text).replaceAll("");
    }

    private static Optional<byte[]> hexadecimal(String text) {
        return HEXADECIMAL.matcher(text).matches() ? Optional.of(HexFormat.of().parseHex(text)) : Optional.empty();
    }

    /** Returns a text as {@code .ci/known-secrets} folds entries: without compatibility forms, accents, case, and all but a-z and 0-9. */
    private static String folded(byte[] text) {
        StringBuilder folded = new StringBuilder();
        Normalizer.normalize(new String(text, StandardCharsets.UTF_8), Normalizer.Form.NFKD)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT)
                .chars()
                .filter(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
                .forEach(c -> folded.append((char) c));
        return folded.toString();
    }

    private static boolean isLong(String folded) {
        return folded.length() >= MIN_FOLDED;
    }

    /** Whether the text is one and a half copies of a shorter text or more, as when it was repeated until it was long enough. */
    private static boolean isRepeated(byte[] text) {
        // The length of the longest proper beginning of text[0..i] that is also its end (Knuth, Morris and Pratt).
        int[] overlap = new int[text.length];
        for (int i = 1; i < text.length; i++) {
            int length = overlap[i - 1];
            while (length > 0 && text[i] != text[length]) {
                length = overlap[length - 1];
            }
            overlap[i] = text[i] == text[length] ? length + 1 : 0;
        }
        return text.length > 1 && 3 * overlap[text.length - 1] >= text.length;
    }

    private static boolean isSample(String folded) {
        return SAMPLES.stream()
                .anyMatch(sample ->
                        sample.repeat(folded.length() / sample.length() + 1).startsWith(folded));
    }

    private static boolean isListed(byte[] text) {
        return Arrays.binarySearch(HASHES, ByteBuffer.wrap(Sha256.of(text)).getLong()) >= 0;
    }
}
