package dev.gatehouse.key;

import dev.gatehouse.key.ServiceKey.NewKey;
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
final class KeyRotation {
    private static final Logger LOG = Logger.getLogger(KeyRotation.class);

    /** From an empty table it takes three. */
    private static final int MOST_ROUNDS = 10;

    private final KeySchedule schedule;
    private final EncryptionKeys encryptionKeys;
    private final boolean besideASecret;

    KeyRotation(KeySchedule schedule, EncryptionKeys encryptionKeys, AppSecrets secrets) {
        this.schedule = schedule;
        this.encryptionKeys = encryptionKeys;
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
        Map<KeySchedule.Step, NewKey> made = make(stepsToTheConfiguredAlgorithm(rereading.read(connection)));
        inTransaction(connection, locked -> {
            CheckedKeys keys = rereading.read(locked);
            apply(locked, stepsToWrap(keys, encryptionKeys::isOutdated), Map.of());
            // Only with a successor at hand: another replica would make one of the old algorithm meanwhile.
            if (!made.isEmpty()) {
                apply(locked, stepsToTheConfiguredAlgorithm(keys), made);
            }
        });
    }

    private List<KeySchedule.Step> stepsToTheConfiguredAlgorithm(CheckedKeys keys) {
        return besideASecret || !keys.areUsable() ? List.of() : schedule.stepsToTheConfiguredAlgorithm(keys.good());
    }

    private static List<KeySchedule.Step> stepsToWrap(CheckedKeys keys, Predicate<ServiceKey> which) {
        List<KeySchedule.Step> steps = new ArrayList<>();
        if (keys.areUsable()) {
            keys.good().stream().filter(which).forEach(row -> steps.add(new KeySchedule.Step.Wrap(row)));
        }
        return steps;
    }

    private void rewrap(Connection locked, ServiceKey row) {
        Optional<byte[]> clear = row.material() == null ? Optional.empty() : encryptionKeys.open(row, row.material());
        if (clear.isPresent()) {
            String under = encryptionKeys.currentId().orElseThrow();
            ServiceKeyTable.rewrap(locked, row.id(), encryptionKeys.wrap(clear.get(), row.purpose(), row.id()), under);
            LOG.infof("key=wrapped id=%s wrapped_under=%s", row.id(), under);
        }
    }

    /** Does what is due, until nothing is. Keys are made before the lock is taken, since that can take seconds. */
    void takeTurns(Connection connection, Rereading rereading) throws SQLException {
        CheckedKeys keys = rereading.read(connection);
        for (int round = 0; round < MOST_ROUNDS && isDue(keys); round++) {
            Map<KeySchedule.Step, NewKey> made = make(steps(keys));
            inTransaction(connection, locked -> apply(locked, steps(rereading.read(locked)), made));
            keys = rereading.read(connection);
        }
    }

    /** Nothing, while a row cannot be read or no good one of its purpose is left: it is not replaced. */
    private List<KeySchedule.Step> steps(CheckedKeys keys) {
        if (!keys.areUsable()) {
            return List.of();
        }
        List<KeySchedule.Step> steps = stepsToWrap(keys, encryptionKeys::isUnwrapped);
        steps.addAll(
                besideASecret ? schedule.stepsBesideASecret(keys.good()) : schedule.steps(keys.good(), keys.now()));
        return steps;
    }

    private Map<KeySchedule.Step, NewKey> make(List<KeySchedule.Step> steps) {
        Map<KeySchedule.Step, NewKey> made = new HashMap<>();
        for (KeySchedule.Step step : steps) {
            NewKey key = make(step);
            if (key != null) {
                made.put(step, key);
            }
        }
        return made;
    }

    private @Nullable NewKey make(KeySchedule.Step step) {
        return switch (step) {
            case KeySchedule.Step.MakeSigningKey(KeyAlgorithm algorithm) -> NewKey.signing(algorithm, encryptionKeys);
            case KeySchedule.Step.MakeRefreshKey after -> NewKey.refresh(encryptionKeys);
            case KeySchedule.Step.MakeNameKey name -> NewKey.names(encryptionKeys);
            case KeySchedule.Step.Wrap change -> null;
            case KeySchedule.Step.Sign change -> null;
            case KeySchedule.Step.Stop change -> null;
            case KeySchedule.Step.Forget change -> null;
        };
    }

    private void apply(Connection locked, List<KeySchedule.Step> steps, Map<KeySchedule.Step, NewKey> made) {
        for (KeySchedule.Step step : steps) {
            switch (step) {
                case KeySchedule.Step.Make make -> insert(locked, make, made.get(make));
                case KeySchedule.Step.Wrap(ServiceKey row) -> rewrap(locked, row);
                case KeySchedule.Step.Sign(String id) -> ServiceKeyTable.sign(locked, id);
                case KeySchedule.Step.Stop(String id) -> ServiceKeyTable.stop(locked, id);
                case KeySchedule.Step.Forget(String id) -> ServiceKeyTable.forget(locked, id);
            }
        }
    }

    /** What became due only after keys were made is left for the next round. */
    private static void insert(Connection locked, KeySchedule.Step.Make step, @Nullable NewKey key) {
        if (key != null) {
            ServiceKeyTable.insert(locked, key, step.signsAfter());
            LOG.infof("key=made purpose=%s id=%s", key.purpose().stored(), key.id());
        }
    }

    private static void inTransaction(Connection connection, Change change) throws SQLException {
        connection.setAutoCommit(false);
        try {
            ServiceKeyTable.lock(connection);
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
