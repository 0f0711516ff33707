package dev.gatehouse.database;

import io.quarkus.arc.Unremovable;
import io.quarkus.credentials.CredentialsProvider;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/**
 * Reads the database's password from its file for each new connection, so that it can change while the service runs. Quarkus
 * asks for it only where a file is configured.
 */
@Unremovable // Looked up by Quarkus' data sources.
@Singleton
class DatabasePassword implements CredentialsProvider {
    private final DatabasePasswordConfig config;

    DatabasePassword(DatabasePasswordConfig config) {
        this.config = config;
    }

    @Override
    public Map<String, String> getCredentials(String credentialsProvider) {
        Path file = config.passwordFile().orElseThrow();
        try {
            return Map.of(PASSWORD_PROPERTY_NAME, withoutLineBreak(Files.readString(file)));
        } catch (IOException e) {
            // As if the database had refused us, which it would.
            SQLException refused = new SQLException("the file with the database's password cannot be read", "28000", e);
            throw new IllegalStateException(refused);
        }
    }

    /**
     * At once, in the pool's thread. That may still be interrupted on behalf of another connection, which was given up before
     * this one; then neither would the file be read nor would Quarkus wait for an answer.
     */
    @Override
    public Uni<Map<String, String>> getCredentialsAsync(String credentialsProvider) {
        boolean unused = Thread.interrupted();
        return Uni.createFrom().item(getCredentials(credentialsProvider));
    }

    private static String withoutLineBreak(String text) {
        if (text.endsWith("\r\n")) {
            return text.substring(0, text.length() - 2);
        }
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
