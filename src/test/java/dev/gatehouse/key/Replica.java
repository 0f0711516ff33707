package dev.gatehouse.key;

import dev.gatehouse.database.Database;
import dev.gatehouse.database.OwnConnections;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The keys of one replica, as a test starts it and lets a second pass. */
public final class Replica implements AutoCloseable {
    static final Duration LIFETIME = Duration.ofDays(30);
    static final Duration ACCESS_TOKEN = Duration.ofMinutes(30);
    static final Duration SESSION = Duration.ofDays(30);

    static final KeySchedule SCHEDULE = schedule(KeyAlgorithm.ES256);

    final ServiceKeys serviceKeys;
    private final OwnConnections connections;
    private @Nullable Connection probing;

    /** A replica that has not been started, with its secrets (the first signs, if {@code signs}) and encryption keys. */
    Replica(OwnConnections connections, KeySchedule schedule, AppSecrets secrets, List<EncryptionKey> encryptionKeys) {
        this(connections, schedule, secrets, new EncryptionKeys(encryptionKeys, false), Runnable::run);
    }

    /** As above; what it does with keys in clear is told by {@code wrap}. */
    Replica(OwnConnections connections, AppSecrets secrets, EncryptionKeys wrap) {
        this(connections, SCHEDULE, secrets, wrap, Runnable::run);
    }

    /** As above; its keys take turns where it is told, and not at once. */
    Replica(
            OwnConnections connections,
            KeySchedule schedule,
            AppSecrets secrets,
            EncryptionKeys wrap,
            Executor keeping) {
        this.connections = connections;
        this.serviceKeys = new ServiceKeys(connections, secrets, schedule, wrap, keeping);
    }

    static KeySchedule schedule(KeyAlgorithm algorithm) {
        return new KeySchedule(algorithm, LIFETIME, ACCESS_TOKEN, SESSION);
    }

    static AppSecrets noSecrets() {
        return new AppSecrets(Optional.empty(), List.of());
    }

    /** A replica with keys of its own in clear, started. */
    static Replica started(OwnConnections connections, KeySchedule schedule) {
        Replica replica = new Replica(connections, schedule, noSecrets(), List.of());
        replica.start();
        return replica;
    }

    void start() {
        try {
            Database.Reached event = new Database.Reached();
            serviceKeys.start(event);
            if (event.isPostponed()) {
                throw new IllegalStateException("the start is postponed");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What happens each second while the database answers. */
    public void tick() {
        try {
            Connection connection = probing == null ? connections.open() : probing;
            probing = connection;
            serviceKeys.follow(new Database.Probed(connection));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        if (probing != null) {
            probing.close();
        }
    }

    public SigningKeys signingKeys() {
        return new SigningKeys(serviceKeys);
    }

    RefreshKeys refreshKeys() {
        return new RefreshKeys(serviceKeys);
    }

    String signing() {
        return signingKeys().current().kid();
    }

    /** The JWK Set as others read it. */
    public String jwks() {
        return serviceKeys.keys().jwkSet().json();
    }
}
