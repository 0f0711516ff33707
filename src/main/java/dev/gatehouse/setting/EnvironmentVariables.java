package dev.gatehouse.setting;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads environment variables of this process byte for byte. */
public final class EnvironmentVariables {
    private static final Path LINUX_ENVIRONMENT = Path.of("/proc/self/environ");

    private EnvironmentVariables() {}

    /**
     * Returns the bytes of a variable; empty when it is not set. On Linux the kernel's copy is read: the JVM decodes variables
     * by the locale, and a container without one would turn every byte beyond ASCII into a question mark. Elsewhere the bytes
     * are those of the decoded text in UTF-8.
     */
    public static Optional<byte[]> bytes(String name) {
        String decoded = System.getenv(name);
        if (decoded == null) {
            return Optional.empty();
        }
        byte[] raw = raw(name);
        return Optional.of(raw == null ? decoded.getBytes(StandardCharsets.UTF_8) : raw);
    }

    private static byte @Nullable [] raw(String name) {
        try {
            return find(name, Files.readAllBytes(LINUX_ENVIRONMENT));
        } catch (IOException e) {
            return null;
        }
    }

    private static byte @Nullable [] find(String name, byte[] environment) {
        byte[] prefix = (name + "=").getBytes(StandardCharsets.US_ASCII);
        int start = 0;
        for (int i = 0; i <= environment.length; i++) {
            if (i == environment.length || environment[i] == 0) {
                byte[] entry = Arrays.copyOfRange(environment, start, i);
                if (entry.length >= prefix.length && Arrays.equals(entry, 0, prefix.length, prefix, 0, prefix.length)) {
                    return Arrays.copyOfRange(entry, prefix.length, entry.length);
                }
                start = i + 1;
            }
        }
        return null;
    }
}
