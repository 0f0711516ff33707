package dev.gatehouse.key;

import dev.gatehouse.setting.EnvironmentVariables;
import java.util.Optional;

/**
 * The secret of {@code APP_SECRET_STRING}, the seed's setting, byte for byte. It does not come through the
 * configuration, which would expand {@code ${...}} in it and halve {@code $$}.
 */
final class AppSecret {
    static final String VARIABLE = "APP_SECRET_STRING";

    /** An HS256 key must be at least as long as the hash (RFC 7518, 3.2). */
    static final int MIN_BYTES = 32;

    private static final String REMEDY =
            ". Set a new secret, for example the output of: openssl rand -base64 32. A new secret logs everybody out.";

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

    /** Returns why this secret must not be used and what to do, for the operator; empty if it is good. Does not quote it. */
    Optional<String> fault() {
        if (bytes.length < MIN_BYTES) {
            return Optional.of("has " + bytes.length + " bytes and needs at least " + MIN_BYTES + REMEDY);
        }
        return KnownSecrets.fault(bytes).map(fault -> fault + REMEDY);
    }

    @Override
    public String toString() {
        return "AppSecret[redacted]";
    }
}
