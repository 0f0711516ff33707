package dev.gatehouse.key;

import dev.gatehouse.database.Database;
import dev.gatehouse.database.DatabaseFaults;
import dev.gatehouse.database.OwnConnections;
import dev.gatehouse.key.ServiceKey.Purpose;
import dev.gatehouse.key.SigningKeys.SigningKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code service_key} as this replica knows them: read when Postgres is first reached and each second after, so
 * that what another replica or an operator changes holds here as well. Without the database it keeps what it knew.
 */
@Singleton
class ServiceKeys {
    private static final Logger LOG = Logger.getLogger(ServiceKeys.class);

    private final OwnConnections connections;
    private final boolean besideASecret;
    private final EncryptionKeys encryptionKeys;
    private final KeyCheck check;
    private final UsableKeys.Reader reader;
    private final KeyRotation rotation;
    private final Executor keeping;
    private final AtomicBoolean takingTurns = new AtomicBoolean();

    private volatile UsableKeys keys = UsableKeys.NONE;
    private volatile long readNanos;
    private volatile boolean failing;
    private boolean announced;

    @Inject
    ServiceKeys(
            OwnConnections connections,
            AppSecrets secrets,
            KeyConfig config,
            TokenLifetimes lifetimes,
            MeterRegistry meters) {
        this(
                connections,
                secrets,
                KeySchedule.of(config, lifetimes),
                new EncryptionKeys(config),
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("key-rotation").daemon().factory()));
        meters.gauge("gatehouse.keys.read.age.seconds", this, ServiceKeys::secondsSinceRead);
    }

    /** @param keeping runs what makes keys and lets them take turns, which can take seconds */
    ServiceKeys(
            OwnConnections connections,
            AppSecrets secrets,
            KeySchedule schedule,
            EncryptionKeys encryptionKeys,
            Executor keeping) {
        this.connections = connections;
        this.besideASecret = secrets.signing().isPresent();
        this.encryptionKeys = encryptionKeys;
        this.check = new KeyCheck(encryptionKeys, read(besideASecret), made(besideASecret));
        this.reader = new UsableKeys.Reader(schedule, secrets);
        this.rotation = new KeyRotation(schedule, encryptionKeys, secrets);
        this.keeping = keeping;
    }

    /** A replica that signs with a secret uses no signing key of the table, and leaves them to others. */
    private static Set<Purpose> read(boolean besideASecret) {
        return besideASecret ? EnumSet.of(Purpose.REFRESH, Purpose.NAME_HASH) : EnumSet.allOf(Purpose.class);
    }

    private static Set<Purpose> made(boolean besideASecret) {
        return besideASecret ? EnumSet.of(Purpose.NAME_HASH) : EnumSet.allOf(Purpose.class);
    }

    /**
     * Reads the keys, and makes them where there are none. Postpones the start while the service could not work with them; the
     * reason was logged when it was found.
     */
    void start(@Observes Database.Reached event) throws SQLException {
        try (Connection connection = connections.open()) {
            read(connection);
            if (isUsable()) {
                rotation.adapt(connection, this::read);
                rotation.takeTurns(connection, this::read);
            }
        }
        if (!isUsable()) {
            event.postpone();
        } else if (!announced) {
            announced = true;
            announce();
        }
    }

    /** Says which keys there are and how they are kept. */
    private void announce() {
        if (besideASecret) {
            LOG.infof("keys=given from=%s", AppSecret.VARIABLE);
        } else if (encryptionKeys.currentId().isPresent()) {
            LOG.infof(
                    "keys=managed stored=encrypted wrapped_under=%s",
                    encryptionKeys.currentId().get());
        } else {
            LOG.warn("keys=managed stored=clear effect=\"whoever reads the database can make tokens\""
                    + " see=gatehouse.key.encryption-keys");
        }
        if (encryptionKeys.currentId().isPresent() && !encryptionKeys.refusesClear()) {
            LOG.warn("keys=accepted-in-clear effect=\"a key that somebody else writes to the database is used\""
                    + " see=gatehouse.key.accept-clear");
        }
    }

    /** Reads the keys again, and lets them take turns when it is time. */
    void follow(@Observes Database.Probed probe) {
        try {
            CheckedKeys checked = read(probe.connection());
            failing = false;
            if (rotation.isDue(checked) && takingTurns.compareAndSet(false, true)) {
                keeping.execute(this::takeTurns);
            }
        } catch (
                RuntimeException
                        e) { // Whatever it was: observers of the probe must not throw, and the next probe reads again.
            failed(e);
        }
    }

    private void takeTurns() {
        try (Connection connection = connections.open()) {
            rotation.takeTurns(connection, this::read);
        } catch (SQLException | RuntimeException e) {
            failed(e);
        } finally {
            takingTurns.set(false);
        }
    }

    /** One thread at a time, so that what was read last is what is used. */
    private synchronized CheckedKeys read(Connection connection) {
        take(ServiceKeyTable.read(connection));
        return keys.checked();
    }

    /** Logs when the reading begins to fail, and not at every try. */
    private void failed(Exception fault) {
        if (!failing) {
            LOG.warnf("keys=unread effect=\"changes of keys are not known\" reason=%s", DatabaseFaults.type(fault));
            LOG.debug("keys=unread", fault);
        }
        failing = true;
    }

    UsableKeys keys() {
        return keys;
    }

    /** Returns true if the service can work with what was read last. */
    boolean isUsable() {
        return keys.checked().areUsable();
    }

    private double secondsSinceRead() {
        return readNanos == 0 ? Double.NaN : (System.nanoTime() - readNanos) / 1e9;
    }

    /** Uses what was read from now on. */
    void take(ServiceKeyTable.Reading reading) {
        UsableKeys before = keys;
        CheckedKeys checked = check.check(reading, before.checked());
        UsableKeys now = reader.read(checked, before);
        keys = now;
        readNanos = System.nanoTime();
        checked.log(before.checked(), encryptionKeys);
        if (!Objects.equals(kid(now.signing()), kid(before.signing()))) {
            LOG.infof("keys=signing kid=%s", kid(now.signing()));
        }
    }

    private static @Nullable String kid(@Nullable SigningKey key) {
        return key == null ? null : key.kid();
    }

    /** Not ready while a key needs another encryption key, or a row is refused and no good one of a purpose is left. */
    @Readiness
    @ApplicationScoped
    static class KeysReadiness implements AsyncHealthCheck {
        private final ServiceKeys serviceKeys;

        KeysReadiness(ServiceKeys serviceKeys) {
            this.serviceKeys = serviceKeys;
        }

        @Override
        public Uni<HealthCheckResponse> call() {
            return Uni.createFrom()
                    .item(HealthCheckResponse.named("keys")
                            .status(serviceKeys.isUsable())
                            .build());
        }
    }
}
