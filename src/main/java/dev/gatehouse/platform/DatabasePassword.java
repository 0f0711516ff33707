package dev.gatehouse.platform;

import io.quarkus.arc.Unremovable;
import io.quarkus.credentials.CredentialsProvider;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Reads the database's password from its file for each new connection, so that it can change while the service runs. */
@Unremovable // Looked up by Quarkus' data sources.
@Singleton
class DatabasePassword implements CredentialsProvider {
    private final Optional<Path> file;

    DatabasePassword(DatabasePasswordConfig config) {
        this.file = config.passwordFile();
    }

    @Override
    public Map<String, String> getCredentials(String credentialsProviderName) {
        return file.map(path -> Map.of(PASSWORD_PROPERTY_NAME, read(path))).orElse(Map.of());
    }

    private static String read(Path path) {
        try {
            String text = Files.readString(path);
            return text.endsWith("\r\n")
                    ? text.substring(0, text.length() - 2)
                    : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (IOException e) {
            throw new UncheckedIOException("the file with the database's password cannot be read", e);
        }
    }
}
