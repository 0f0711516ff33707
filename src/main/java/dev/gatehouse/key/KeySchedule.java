package dev.gatehouse.key;

import dev.gatehouse.key.StoredKey.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When keys take turns. Judges what stands in the table at the database's time and changes nothing itself.
 *
 * @param algorithm of the signing keys that are made
 * @param lifetime how long a signing key signs
 * @param accessToken how long after it was made an access token can be accepted
 * @param session how long after it was made a token can be of any use to its session
 */
record KeySchedule(KeyAlgorithm algorithm, Duration lifetime, Duration accessToken, Duration session) {
    /** How long verifiers may keep what was published. */
    static final Duration JWKS_MAX_AGE = Duration.ofMinutes(5);

    /** How long a signing key has been published before it signs: no less than three times {@link #JWKS_MAX_AGE}. */
    static final Duration STANDBY = Duration.ofMinutes(15);

    /** How long a new refresh key waits for replicas to read it while another can sign. */
    static final Duration REFRESH_KEY_WAITS = Duration.ofMinutes(15);

    /** How much longer than a token lives its key is published, for the clocks' sake. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final Comparator<StoredKey> OLDEST_FIRST =
            Comparator.comparing(StoredKey::createdAt).thenComparing(StoredKey::id);

    /** What is to be done now, in this order, where the service signs with keys of its own. */
    List<KeyStep> steps(List<StoredKey> keys, Instant now) {
        List<KeyStep> steps = new ArrayList<>(stepsForNames(keys));
        steps.addAll(stepsForSigning(of(Purpose.SIGNING, keys), now));
        steps.addAll(stepsForRefresh(of(Purpose.REFRESH, keys), now));
        return steps;
    }

    /**
     * What is to be done now where the service signs with a secret that it was given. The others are left as they are:
     * another replica may be using them, and tokens from before are good under the refresh key.
     */
    List<KeyStep> stepsBesideASecret(List<StoredKey> keys) {
        return stepsForNames(keys);
    }

    /** What is to be done at a start so that the next key is of the configured algorithm: nothing, where it is. */
    List<KeyStep> stepsToTheConfiguredAlgorithm(List<StoredKey> keys) {
        List<KeyStep> steps = new ArrayList<>();
        for (StoredKey key : of(Purpose.SIGNING, keys)) {
            if (key.standsBy() && key.algorithm() != algorithm) {
                steps.add(new KeyStep.Forget(key.id()));
            }
        }
        if (!steps.isEmpty()) {
            steps.add(new KeyStep.MakeSigningKey(algorithm));
        }
        return steps;
    }

    private static List<KeyStep> stepsForNames(List<StoredKey> keys) {
        return of(Purpose.NAME_HASH, keys).isEmpty() ? List.of(new KeyStep.MakeNameKey()) : List.of();
    }

    private List<KeyStep> stepsForSigning(List<StoredKey> keys, Instant now) {
        List<KeyStep> steps = new ArrayList<>();
        for (StoredKey key : keys) {
            if (isForgotten(key, now)) {
                steps.add(new KeyStep.Forget(key.id()));
            } else if (key.hasStopped() && key.material() != null) {
                steps.add(new KeyStep.Stop(key.id())); // Someone has stopped it by hand.
            }
        }
        Optional<StoredKey> signing = signing(keys);
        Optional<StoredKey> standby = keys.stream().filter(StoredKey::standsBy).findFirst();
        if (standby.isEmpty()) {
            // Of the signing key's algorithm, since replicas with another configuration would replace each other's.
            steps.add(
                    new KeyStep.MakeSigningKey(signing.map(StoredKey::algorithm).orElse(algorithm)));
        } else if (signing.isEmpty()) {
            steps.add(new KeyStep.Sign(standby.get().id()));
        } else if (isDue(signing.get(), standby.get(), now)) {
            steps.add(new KeyStep.Stop(signing.get().id()));
            steps.add(new KeyStep.Sign(standby.get().id()));
        }
        return steps;
    }

    /** Another algorithm is asked for only by a change of the configuration, which need not wait for the lifetime. */
    private boolean isDue(StoredKey signing, StoredKey standby, Instant now) {
        boolean published = isSince(standby.createdAt(), STANDBY, now);
        boolean old = isSince(signing.signsFrom(), lifetime, now);
        return published && (old || signing.algorithm() != standby.algorithm());
    }

    private List<KeyStep> stepsForRefresh(List<StoredKey> keys, Instant now) {
        List<KeyStep> steps = new ArrayList<>();
        for (StoredKey key : keys) {
            if (isForgotten(key, now)) {
                steps.add(new KeyStep.Forget(key.id()));
            }
        }
        if (keys.stream().allMatch(StoredKey::hasStopped)) {
            boolean another = keys.size() > steps.size();
            steps.add(new KeyStep.MakeRefreshKey(another ? REFRESH_KEY_WAITS : Duration.ZERO));
        }
        return steps;
    }

    /** The key that signs access tokens now: where an operator has just removed it, the one that is about to. */
    static Optional<StoredKey> signer(List<StoredKey> keys) {
        return signing(keys)
                .or(() -> of(Purpose.SIGNING, keys).stream()
                        .filter(StoredKey::standsBy)
                        .findFirst());
    }

    private static Optional<StoredKey> signing(List<StoredKey> keys) {
        return of(Purpose.SIGNING, keys).stream()
                .filter(key -> key.signsFrom() != null && !key.hasStopped())
                .findFirst();
    }

    /** The key that makes refresh tokens: the newest that may by now, or else the oldest. */
    static Optional<StoredKey> refresh(List<StoredKey> keys, Instant now) {
        List<StoredKey> refreshKeys = of(Purpose.REFRESH, keys);
        return refreshKeys.stream()
                .filter(key -> isSince(key.signsFrom(), Duration.ZERO, now))
                .reduce((older, newer) -> newer)
                .or(() -> refreshKeys.stream().findFirst());
    }

    /** Whether a signing key stands among the published ones, so that access tokens under it are good everywhere. */
    boolean isPublished(StoredKey key, Instant now) {
        return !isSince(key.stoppedAt(), accessToken.plus(MARGIN), now);
    }

    /** Returns true if a key can do what its purpose asks for, now or soon. */
    boolean isOfUse(StoredKey key, Instant now) {
        return switch (key.purpose()) {
            case SIGNING -> !key.hasStopped();
            case REFRESH -> !isForgotten(key, now);
            case NAME_HASH -> true;
        };
    }

    private boolean isForgotten(StoredKey key, Instant now) {
        Duration signsOn = key.purpose() == Purpose.SIGNING ? accessToken : REFRESH_KEY_WAITS;
        return isSince(key.stoppedAt(), signsOn.plus(session), now);
    }

    private static boolean isSince(@Nullable Instant instant, Duration age, Instant now) {
        return instant != null && !instant.isAfter(now.minus(age)); // A sum with an infinite instant overflows.
    }

    static List<StoredKey> of(Purpose purpose, List<StoredKey> keys) {
        return keys.stream()
                .filter(key -> key.purpose() == purpose)
                .sorted(OLDEST_FIRST)
                .toList();
    }
}
