package dev.gatehouse.key;

import dev.gatehouse.database.Database;
import dev.gatehouse.database.DatabaseFaults;
import dev.gatehouse.database.OwnConnections;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The keys of this replica: read from Postgres when that is first reached and each second after, so that what another
 * replica or an operator changes there holds here, too. Without the database it keeps what it knew.
 */
@Singleton
class Keyring {
    private static final Logger LOG = Logger.getLogger(Keyring.class);

    private final OwnConnections connections;
    private final boolean besideASecret;
    private final KeyWrap wrap;
    private final KeyReader reader;
    private final KeyKeeper keeper;
    private final Executor keeping;
    private final AtomicBoolean takingTurns = new AtomicBoolean();

    private volatile Keys keys = Keys.NONE;
    private volatile long readNanos;
    private volatile boolean failing;

    @Inject
    Keyring(
            OwnConnections connections,
            AppSecrets secrets,
            KeyConfig config,
            KeySchedule schedule,
            MeterRegistry meters) {
        this(
                connections,
                secrets,
                schedule,
                new KeyWrap(config),
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("key-keeper").daemon().factory()));
        meters.gauge("gatehouse.keys.read.age.seconds", this, Keyring::secondsSinceRead);
    }

    /** @param keeping runs what makes keys and lets them take turns, which can take seconds */
    Keyring(OwnConnections connections, AppSecrets secrets, KeySchedule schedule, KeyWrap wrap, Executor keeping) {
        this.connections = connections;
        this.besideASecret = secrets.signing().isPresent();
        this.wrap = wrap;
        this.reader = new KeyReader(schedule, wrap, secrets);
        this.keeper = new KeyKeeper(schedule, wrap, secrets);
        this.keeping = keeping;
    }

    /** Says once which keys there are and how they are kept. */
    void announce(@Observes StartupEvent event) {
        if (besideASecret) {
            LOG.infof("keys=given from=%s", AppSecret.VARIABLE);
        } else if (wrap.currentId().isPresent()) {
            LOG.infof(
                    "keys=managed stored=encrypted wrapped_under=%s",
                    wrap.currentId().get());
        } else {
            LOG.warn("keys=managed stored=clear effect=\"whoever reads the database can make tokens\""
                    + " see=gatehouse.key.encryption-keys");
        }
    }

    /** Reads the keys, and makes them where there are none. */
    void start(@Observes Database.Reached event) throws SQLException {
        try (Connection connection = connections.open()) {
            read(connection);
            if (!isUsable()) {
                throw new IllegalStateException("no encryption key opens " + keys.unreadable());
            }
            keeper.adapt(connection);
            keeper.takeTurns(connection, this::read);
        }
    }

    /** Reads the keys again, and lets them take turns when it is time. */
    void follow(@Observes Database.Probed probe) {
        try {
            KeyTable.Reading reading = read(probe.connection());
            failing = false;
            // A key that cannot be read here is not replaced by one that can.
            if (isUsable() && keeper.isDue(reading) && takingTurns.compareAndSet(false, true)) {
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
            keeper.takeTurns(connection, this::read);
        } catch (SQLException | RuntimeException e) {
            failed(e);
        } finally {
            takingTurns.set(false);
        }
    }

    /** One thread at a time, so that what was read last is what is used. */
    private synchronized KeyTable.Reading read(Connection connection) {
        KeyTable.Reading reading = KeyTable.read(connection);
        take(reading);
        return reading;
    }

    /** Logs when the reading begins to fail, and not at every try. */
    private void failed(Exception fault) {
        if (!failing) {
            LOG.warnf("keys=unread effect=\"changes of keys are not known\" reason=%s", DatabaseFaults.type(fault));
            LOG.debug("keys=unread", fault);
        }
        failing = true;
    }

    Keys keys() {
        return keys;
    }

    /** Whether all that was read last can be used. */
    boolean isUsable() {
        return keys.unreadable().isEmpty();
    }

    private double secondsSinceRead() {
        return readNanos == 0 ? Double.NaN : (System.nanoTime() - readNanos) / 1e9;
    }

    /** Uses what was read from now on. */
    void take(KeyTable.Reading reading) {
        Keys before = keys;
        Keys now = reader.read(reading.keys(), reading.now(), before);
        keys = now;
        readNanos = System.nanoTime();
        if (!isUsable() && !now.unreadable().equals(before.unreadable())) {
            LOG.errorf(
                    "keys=unreadable ids=%s effect=\"not ready\" see=gatehouse.key.encryption-keys", now.unreadable());
        }
        if (!Objects.equals(kid(now.signing()), kid(before.signing()))) {
            LOG.infof("keys=signing kid=%s", kid(now.signing()));
        }
    }

    private static @Nullable String kid(@Nullable SigningKey key) {
        return key == null ? null : key.kid();
    }
}
