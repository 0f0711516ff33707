package dev.gatehouse.key;

import dev.gatehouse.database.Database;
import dev.gatehouse.database.DatabaseFaults;
import dev.gatehouse.database.OwnConnections;
import dev.gatehouse.key.StoredKey.Purpose;
import io.micrometer.core.instrument.MeterRegistry;
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
    private final KeyCheck check;
    private final KeyReader reader;
    private final KeyKeeper keeper;
    private final Executor keeping;
    private final KeyCheckLog checkLog;
    private final AtomicBoolean takingTurns = new AtomicBoolean();

    private volatile Keys keys = Keys.NONE;
    private volatile long readNanos;
    private volatile boolean failing;
    private boolean announced;

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
        this.check = new KeyCheck(wrap, schedule, needed(besideASecret));
        this.reader = new KeyReader(schedule, secrets);
        this.checkLog = new KeyCheckLog(wrap);
        this.keeper = new KeyKeeper(schedule, wrap, secrets);
        this.keeping = keeping;
    }

    /** A replica that signs with a secret uses no signing key of the table, and leaves them to others. */
    private static Set<Purpose> needed(boolean besideASecret) {
        return besideASecret ? EnumSet.of(Purpose.REFRESH, Purpose.NAME_HASH) : EnumSet.allOf(Purpose.class);
    }

    /**
     * Reads the keys, and makes them where there are none. Postpones the start while the service could not work with them; the
     * reason was logged when it was found.
     */
    void start(@Observes Database.Reached event) throws SQLException {
        try (Connection connection = connections.open()) {
            read(connection);
            if (isUsable()) {
                keeper.adapt(connection, this::read);
                keeper.takeTurns(connection, this::read);
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
        } else if (wrap.currentId().isPresent()) {
            LOG.infof(
                    "keys=managed stored=encrypted wrapped_under=%s",
                    wrap.currentId().get());
        } else {
            LOG.warn("keys=managed stored=clear effect=\"whoever reads the database can make tokens\""
                    + " see=gatehouse.key.encryption-keys");
        }
        if (wrap.currentId().isPresent() && !wrap.refusesClear()) {
            LOG.warn("keys=accepted-in-clear effect=\"a key that somebody else writes to the database is used\""
                    + " see=gatehouse.key.accept-clear");
        }
    }

    /** Reads the keys again, and lets them take turns when it is time. */
    void follow(@Observes Database.Probed probe) {
        try {
            CheckedKeys checked = read(probe.connection());
            failing = false;
            if (keeper.isDue(checked) && takingTurns.compareAndSet(false, true)) {
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
    private synchronized CheckedKeys read(Connection connection) {
        take(KeyTable.read(connection));
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

    Keys keys() {
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
    void take(KeyTable.Reading reading) {
        Keys before = keys;
        CheckedKeys checked = check.check(reading, before.checked());
        Keys now = reader.read(checked, before);
        keys = now;
        readNanos = System.nanoTime();
        checkLog.log(before.checked(), checked);
        if (!Objects.equals(kid(now.signing()), kid(before.signing()))) {
            LOG.infof("keys=signing kid=%s", kid(now.signing()));
        }
    }

    private static @Nullable String kid(@Nullable SigningKey key) {
        return key == null ? null : key.kid();
    }
}
