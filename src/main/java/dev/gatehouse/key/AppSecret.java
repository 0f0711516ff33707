package dev.gatehouse.key;

import dev.gatehouse.setting.EnvironmentVariables;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The secret of {@code APP_SECRET_STRING}, the seed's setting, byte for byte. It does not come through the
 * configuration, which would expand {@code ${...}} in it and halve {@code $$}.
 */
final class AppSecret {
    static final String VARIABLE = "APP_SECRET_STRING";

    /** An HS256 key must be at least as long as the hash (RFC 7518, 3.2). */
    static final int MIN_BYTES = 32;

    /** What documents and templates put where a secret belongs, in lower case and without punctuation. */
    private static final Set<String> SAMPLES = Set.of(
            "changeme",
            "changeit",
            "secret",
            "secretstring",
            "appsecretstring",
            "secretkey",
            "supersecret",
            "password",
            "yoursecret",
            "yoursecretkey",
            "your256bitsecret",
            "astringsecretatleast256bitslong",
            "replacewithalongrandomstring",
            "1234567890",
            "0123456789",
            "0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz",
            "abcdefghijklmnopqrstuvwxyz0123456789");

    private final byte[] bytes;

    private AppSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The secret of this process' environment; empty when the variable is not set. */
    static Optional<AppSecret> fromEnvironment() {
        return EnvironmentVariables.bytes(VARIABLE).map(AppSecret::new);
    }

    /** A secret with exactly these bytes. */
    static AppSecret of(byte[] bytes) {
        return new AppSecret(bytes.clone());
    }

    /** The bytes themselves, for the key that is made of them. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** Why this secret must not be used, for the operator; empty when it may. Does not quote it. */
    Optional<String> fault() {
        if (bytes.length < MIN_BYTES) {
            return Optional.of("has " + bytes.length + " bytes and needs at least " + MIN_BYTES
                    + " (for example the output of: openssl rand -base64 32)");
        }
        if (isOneByteRepeated()) {
            return Optional.of("is one byte repeated");
        }
        if (isSample()) {
            return Optional.of("is a sample value that everybody knows");
        }
        return Optional.empty();
    }

    boolean isOneByteRepeated() {
        for (byte b : bytes) {
            if (b != bytes[0]) {
                return false;
            }
        }
        return true;
    }

    /** A sample that was written again and again, until it was long enough, is one, too. */
    private boolean isSample() {
        String plain = new String(bytes, StandardCharsets.UTF_8)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]", "");
        // Random bytes leave a letter or two, with which a sample begins, too.
        return 2 * plain.length() >= bytes.length
                && SAMPLES.stream()
                        .anyMatch(sample -> sample.repeat(plain.length() / sample.length() + 1)
                                .startsWith(plain));
    }

    @Override
    public String toString() {
        return "AppSecret[redacted]";
    }
}
