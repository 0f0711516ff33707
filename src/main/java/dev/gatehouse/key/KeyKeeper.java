package dev.gatehouse.key;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Changes what stands in {@code service_key}: makes the keys that are missing and lets them take turns, under a lock that
 * all replicas share, on what is found once it is held.
 */
final class KeyKeeper {
    private static final Logger LOG = Logger.getLogger(KeyKeeper.class);

    /** From an empty table it takes three. */
    private static final int MOST_ROUNDS = 10;

    private final KeySchedule schedule;
    private final KeyWrap wrap;
    private final boolean besideASecret;

    KeyKeeper(KeySchedule schedule, KeyWrap wrap, AppSecrets secrets) {
        this.schedule = schedule;
        this.wrap = wrap;
        this.besideASecret = secrets.signing().isPresent();
    }

    /** Changes to the keys, in a transaction that holds the lock. */
    private interface Change {
        void on(Connection locked);
    }

    /** Whether there is anything to do at that time. */
    boolean isDue(KeyTable.Reading reading) {
        return !steps(reading).isEmpty();
    }

    /** Reads the keys, and makes them known. */
    interface Rereading {
        KeyTable.Reading read(Connection connection);
    }

    /** Does at a start what the configuration asks for now: wraps keys again, and replaces a standby of another algorithm. */
    void adapt(Connection connection) throws SQLException {
        Map<KeyStep, NewKey> made =
                make(stepsToTheConfiguredAlgorithm(KeyTable.read(connection).keys()));
        inTransaction(connection, locked -> {
            List<StoredKey> keys = KeyTable.read(locked).keys();
            for (StoredKey row : keys) {
                if (row.material() != null && wrap.isOutdated(row)) {
                    rewrap(locked, row, row.material());
                }
            }
            // Only with a successor at hand: another replica would make one of the old algorithm meanwhile.
            if (!made.isEmpty()) {
                apply(locked, stepsToTheConfiguredAlgorithm(keys), made);
            }
        });
    }

    private List<KeyStep> stepsToTheConfiguredAlgorithm(List<StoredKey> keys) {
        return besideASecret ? List.of() : schedule.stepsToTheConfiguredAlgorithm(keys);
    }

    private void rewrap(Connection locked, StoredKey row, KeyBytes material) {
        Optional<byte[]> clear = wrap.open(row, material);
        if (clear.isPresent()) {
            String under = wrap.currentId().orElseThrow();
            KeyTable.rewrap(locked, row.id(), wrap.wrap(clear.get(), row.purpose(), row.id()), under);
            LOG.infof("key=wrapped id=%s wrapped_under=%s", row.id(), under);
        }
    }

    /** Does what is due, until nothing is. Keys are made before the lock is taken, since that can take seconds. */
    void takeTurns(Connection connection, Rereading rereading) throws SQLException {
        KeyTable.Reading reading = rereading.read(connection);
        for (int round = 0; round < MOST_ROUNDS && isDue(reading); round++) {
            Map<KeyStep, NewKey> made = make(steps(reading));
            inTransaction(connection, locked -> apply(locked, steps(KeyTable.read(locked)), made));
            reading = rereading.read(connection);
        }
    }

    private List<KeyStep> steps(KeyTable.Reading reading) {
        return besideASecret
                ? schedule.stepsBesideASecret(reading.keys())
                : schedule.steps(reading.keys(), reading.now());
    }

    private Map<KeyStep, NewKey> make(List<KeyStep> steps) {
        Map<KeyStep, NewKey> made = new HashMap<>();
        for (KeyStep step : steps) {
            NewKey key = make(step);
            if (key != null) {
                made.put(step, key);
            }
        }
        return made;
    }

    private @Nullable NewKey make(KeyStep step) {
        return switch (step) {
            case KeyStep.MakeSigningKey(KeyAlgorithm algorithm) -> NewKey.signing(algorithm, wrap);
            case KeyStep.MakeRefreshKey after -> NewKey.refresh(wrap);
            case KeyStep.MakeNameKey name -> NewKey.names(wrap);
            case KeyStep.Sign change -> null;
            case KeyStep.Stop change -> null;
            case KeyStep.Forget change -> null;
        };
    }

    private static void apply(Connection locked, List<KeyStep> steps, Map<KeyStep, NewKey> made) {
        for (KeyStep step : steps) {
            switch (step) {
                case KeyStep.Make make -> insert(locked, make, made.get(make));
                case KeyStep.Sign(String id) -> KeyTable.sign(locked, id);
                case KeyStep.Stop(String id) -> KeyTable.stop(locked, id);
                case KeyStep.Forget(String id) -> KeyTable.forget(locked, id);
            }
        }
    }

    /** What became due only after keys were made is left for the next round. */
    private static void insert(Connection locked, KeyStep.Make step, @Nullable NewKey key) {
        if (key != null) {
            KeyTable.insert(locked, key, step.signsAfter());
            LOG.infof("key=made purpose=%s id=%s", key.purpose().stored(), key.id());
        }
    }

    private static void inTransaction(Connection connection, Change change) throws SQLException {
        connection.setAutoCommit(false);
        try {
            KeyTable.lock(connection);
            change.on(connection);
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
