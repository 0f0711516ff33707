package dev.gatehouse.key;

import dev.gatehouse.key.ServiceKey.Purpose;
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

    private static final Duration FAR_AHEAD = Duration.ofDays(1);

    private static final Comparator<ServiceKey> OLDEST_FIRST =
            Comparator.comparing(ServiceKey::createdAt).thenComparing(ServiceKey::id);

    /** Returns the schedule of the settings. */
    static KeySchedule of(KeyConfig config, TokenLifetimes lifetimes) {
        return new KeySchedule(
                KeyAlgorithm.named(config.algorithm()),
                config.lifetime(),
                lifetimes.accessTokenWithLeeway(),
                lifetimes.longestUse());
    }

    /** What is to be done now, in this order, where the service signs with keys of its own. */
    List<Step> steps(List<ServiceKey> keys, Instant now) {
        List<Step> steps = new ArrayList<>(stepsForNames(keys));
        steps.addAll(stepsForSigning(of(Purpose.SIGNING, keys), now));
        steps.addAll(stepsForRefresh(of(Purpose.REFRESH, keys), now));
        return steps;
    }

    /**
     * What is to be done now where the service signs with a secret that it was given. The others are left as they are:
     * another replica may be using them, and tokens from before are good under the refresh key.
     */
    List<Step> stepsBesideASecret(List<ServiceKey> keys) {
        return stepsForNames(keys);
    }

    /** What is to be done at a start so that the next key is of the configured algorithm: nothing, where it is. */
    List<Step> stepsToTheConfiguredAlgorithm(List<ServiceKey> keys) {
        List<Step> steps = new ArrayList<>();
        for (ServiceKey key : of(Purpose.SIGNING, keys)) {
            if (key.standsBy() && key.algorithm() != algorithm) {
                steps.add(new Step.Forget(key.id()));
            }
        }
        if (!steps.isEmpty()) {
            steps.add(new Step.MakeSigningKey(algorithm));
        }
        return steps;
    }

    private static List<Step> stepsForNames(List<ServiceKey> keys) {
        return of(Purpose.NAME_HASH, keys).isEmpty() ? List.of(new Step.MakeNameKey()) : List.of();
    }

    private List<Step> stepsForSigning(List<ServiceKey> keys, Instant now) {
        List<Step> steps = new ArrayList<>();
        for (ServiceKey key : keys) {
            if (isForgotten(key, now)) {
                steps.add(new Step.Forget(key.id()));
            } else if (key.hasStopped() && key.material() != null) {
                steps.add(new Step.Stop(key.id())); // Someone has stopped it by hand.
            }
        }
        Optional<ServiceKey> signing = signing(keys);
        Optional<ServiceKey> standby =
                keys.stream().filter(ServiceKey::standsBy).findFirst();
        if (standby.isEmpty()) {
            // Of the signing key's algorithm, since replicas with another configuration would replace each other's.
            steps.add(new Step.MakeSigningKey(signing.map(ServiceKey::algorithm).orElse(algorithm)));
        } else if (signing.isEmpty()) {
            steps.add(new Step.Sign(standby.get().id()));
        } else if (isDue(signing.get(), standby.get(), now)) {
            steps.add(new Step.Stop(signing.get().id()));
            steps.add(new Step.Sign(standby.get().id()));
        }
        return steps;
    }

    /** Another algorithm is asked for only by a change of the configuration, which need not wait for the lifetime. */
    private boolean isDue(ServiceKey signing, ServiceKey standby, Instant now) {
        boolean published = isSince(standby.createdAt(), STANDBY, now) || isFarAhead(standby.createdAt(), now);
        boolean old = isSince(signing.signsFrom(), lifetime, now) || isFarAhead(signing.signsFrom(), now);
        return published && (old || signing.algorithm() != standby.algorithm());
    }

    private List<Step> stepsForRefresh(List<ServiceKey> keys, Instant now) {
        List<Step> steps = new ArrayList<>();
        for (ServiceKey key : keys) {
            if (isForgotten(key, now)) {
                steps.add(new Step.Forget(key.id()));
            }
        }
        if (keys.stream().allMatch(ServiceKey::hasStopped)) {
            boolean another = keys.size() > steps.size();
            steps.add(new Step.MakeRefreshKey(another ? REFRESH_KEY_WAITS : Duration.ZERO));
        }
        return steps;
    }

    /** The key that signs access tokens now: where an operator has just removed it, the one that is about to. */
    static Optional<ServiceKey> signer(List<ServiceKey> keys) {
        return signing(keys)
                .or(() -> of(Purpose.SIGNING, keys).stream()
                        .filter(ServiceKey::standsBy)
                        .findFirst());
    }

    private static Optional<ServiceKey> signing(List<ServiceKey> keys) {
        return of(Purpose.SIGNING, keys).stream()
                .filter(key -> key.signsFrom() != null && !key.hasStopped())
                .findFirst();
    }

    /** The key that makes refresh tokens: the newest that may by now, or else the oldest. */
    static Optional<ServiceKey> refresh(List<ServiceKey> keys, Instant now) {
        List<ServiceKey> refreshKeys = of(Purpose.REFRESH, keys);
        return refreshKeys.stream()
                .filter(key -> isSince(key.signsFrom(), Duration.ZERO, now))
                .reduce((older, newer) -> newer)
                .or(() -> refreshKeys.stream().findFirst());
    }

    /** Whether a signing key stands among the published ones, so that access tokens under it are good everywhere. */
    boolean isPublished(ServiceKey key, Instant now) {
        return !isSince(key.stoppedAt(), accessToken.plus(MARGIN), now);
    }

    /** Returns true if no other key has to be made in the place of this one. */
    static boolean isOfUse(ServiceKey key) {
        return switch (key.purpose()) {
            case SIGNING, REFRESH -> !key.hasStopped();
            case NAME_HASH -> true;
        };
    }

    private boolean isForgotten(ServiceKey key, Instant now) {
        Duration signsOn = key.purpose() == Purpose.SIGNING ? accessToken : REFRESH_KEY_WAITS;
        return isSince(key.stoppedAt(), signsOn.plus(session), now);
    }

    private static boolean isSince(@Nullable Instant instant, Duration age, Instant now) {
        return instant != null && !instant.isAfter(now.minus(age)); // A sum with an infinite instant overflows.
    }

    /** Returns true for an instant that no database's clock explains. It must not keep keys from taking turns. */
    private static boolean isFarAhead(@Nullable Instant instant, Instant now) {
        return instant != null && instant.isAfter(now.plus(FAR_AHEAD));
    }

    static List<ServiceKey> of(Purpose purpose, List<ServiceKey> keys) {
        return keys.stream()
                .filter(key -> key.purpose() == purpose)
                .sorted(OLDEST_FIRST)
                .toList();
    }

    /** One change to the keys in the database. */
    sealed interface Step {
        /** A new key is made and kept. */
        sealed interface Make extends Step {
            /** From when on it signs, counted from now; {@code null} while it stands by. */
            @Nullable
            Duration signsAfter();
        }

        /** Makes a signing key that stands by. */
        record MakeSigningKey(KeyAlgorithm algorithm) implements Make {
            @Override
            public @Nullable Duration signsAfter() {
                return null;
            }
        }

        /** Makes a refresh key. */
        record MakeRefreshKey(Duration signsAfter) implements Make {}

        /** Makes the key of names. */
        record MakeNameKey() implements Make {
            @Override
            public Duration signsAfter() {
                return Duration.ZERO;
            }
        }

        /** Lets a key that stands by sign from now on. */
        record Sign(String id) implements Step {}

        /** Lets a signing key sign no more; it loses its private half. */
        record Stop(String id) implements Step {}

        /** Encrypts a key under the encryption key that is configured first. */
        record Wrap(ServiceKey row) implements Step {}

        /** Removes a key that nothing needs any more. */
        record Forget(String id) implements Step {}
    }
}
