package dev.gatehouse.key;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
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

    /** Reads and checks the keys, and makes them known. */
    interface Rereading {
        CheckedKeys read(Connection connection);
    }

    /** Returns true if there is anything to do. */
    boolean isDue(CheckedKeys keys) {
        return !steps(keys).isEmpty();
    }

    /** Does at a start what the configuration asks for now: wraps keys again, and replaces a standby of another algorithm. */
    void adapt(Connection connection, Rereading rereading) throws SQLException {
        Map<KeyStep, NewKey> made = make(stepsToTheConfiguredAlgorithm(rereading.read(connection)));
        inTransaction(connection, locked -> {
            CheckedKeys keys = rereading.read(locked);
            apply(locked, stepsToWrap(keys, wrap::isOutdated), Map.of());
            // Only with a successor at hand: another replica would make one of the old algorithm meanwhile.
            if (!made.isEmpty()) {
                apply(locked, stepsToTheConfiguredAlgorithm(keys), made);
            }
        });
    }

    private List<KeyStep> stepsToTheConfiguredAlgorithm(CheckedKeys keys) {
        return besideASecret || !keys.areUsable() ? List.of() : schedule.stepsToTheConfiguredAlgorithm(keys.good());
    }

    private static List<KeyStep> stepsToWrap(CheckedKeys keys, Predicate<StoredKey> which) {
        List<KeyStep> steps = new ArrayList<>();
        if (keys.areUsable()) {
            keys.good().stream().filter(which).forEach(row -> steps.add(new KeyStep.Wrap(row)));
        }
        return steps;
    }

    private void rewrap(Connection locked, StoredKey row) {
        Optional<byte[]> clear = row.material() == null ? Optional.empty() : wrap.open(row, row.material());
        if (clear.isPresent()) {
            String under = wrap.currentId().orElseThrow();
            KeyTable.rewrap(locked, row.id(), wrap.wrap(clear.get(), row.purpose(), row.id()), under);
            LOG.infof("key=wrapped id=%s wrapped_under=%s", row.id(), under);
        }
    }

    /** Does what is due, until nothing is. Keys are made before the lock is taken, since that can take seconds. */
    void takeTurns(Connection connection, Rereading rereading) throws SQLException {
        CheckedKeys keys = rereading.read(connection);
        for (int round = 0; round < MOST_ROUNDS && isDue(keys); round++) {
            Map<KeyStep, NewKey> made = make(steps(keys));
            inTransaction(connection, locked -> apply(locked, steps(rereading.read(locked)), made));
            keys = rereading.read(connection);
        }
    }

    /** Nothing, while a row cannot be read or no good one of its purpose is left: it is not replaced. */
    private List<KeyStep> steps(CheckedKeys keys) {
        if (!keys.areUsable()) {
            return List.of();
        }
        List<KeyStep> steps = stepsToWrap(keys, wrap::isUnwrapped);
        steps.addAll(
                besideASecret ? schedule.stepsBesideASecret(keys.good()) : schedule.steps(keys.good(), keys.now()));
        return steps;
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
            case KeyStep.Wrap change -> null;
            case KeyStep.Sign change -> null;
            case KeyStep.Stop change -> null;
            case KeyStep.Forget change -> null;
        };
    }

    private void apply(Connection locked, List<KeyStep> steps, Map<KeyStep, NewKey> made) {
        for (KeyStep step : steps) {
            switch (step) {
                case KeyStep.Make make -> insert(locked, make, made.get(make));
                case KeyStep.Wrap(StoredKey row) -> rewrap(locked, row);
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
