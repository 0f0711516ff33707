package dev.gatehouse.key;

import dev.gatehouse.crypto.HmacSha256;
import dev.gatehouse.key.CheckedKeys.CheckOutcome;
import dev.gatehouse.key.CheckedKeys.CheckedKey;
import dev.gatehouse.key.RefreshKeys.RefreshKey;
import dev.gatehouse.key.ServiceKey.KeyBytes;
import dev.gatehouse.key.ServiceKey.Purpose;
import dev.gatehouse.key.SigningKeys.SigningKey;
import dev.gatehouse.key.SigningKeys.VerificationKey;
import dev.gatehouse.problem.NotReadyException;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a replica uses at one moment, from good rows and from the secrets that it was given. All of them were read at
 * once, and a caller can keep using a key that it has taken.
 *
 * @param signing the key that signs access tokens; none while it cannot be read
 * @param verification every key that checks access tokens, by kid
 * @param refresh the key that makes refresh tokens; none while it cannot be read
 * @param refreshKeys every key that refresh tokens are good under, by id in base64url
 * @param nameKey the key that hashes names; none while it cannot be read
 * @param checked the rows behind these keys, and those that are not used
 */
record UsableKeys(
        @Nullable SigningKey signing,
        Map<String, VerificationKey> verification,
        JwkSet jwkSet,
        @Nullable RefreshKey refresh,
        Map<String, RefreshKey> refreshKeys,
        @Nullable KeyBytes nameKey,
        CheckedKeys checked) {

    /** What is known before anything was read. */
    static final UsableKeys NONE =
            new UsableKeys(null, Map.of(), JwkSet.of(List.of()), null, Map.of(), null, CheckedKeys.NONE);

    /**
     * A key that may be missing.
     *
     * @throws NotReadyException when it is
     */
    static <T> T required(@Nullable T key) {
        return Optional.ofNullable(key).orElseThrow(NotReadyException::new);
    }

    @Override
    public String toString() {
        return "UsableKeys[" + verification.keySet() + "]";
    }

    /**
     * Makes usable keys of checked rows and of the secrets that the service was given. A key stays the same object while nothing
     * about it changes.
     */
    static final class Reader {
        private static final int SECRET_KID_BYTES = 8;

        private final KeySchedule schedule;
        private final Optional<AppSecret> signingSecret;
        private final List<VerificationKey> ofSecrets;
        private final List<RefreshKey> refreshKeysOfSecrets;

        Reader(KeySchedule schedule, AppSecrets secrets) {
            this.schedule = schedule;
            this.signingSecret = secrets.signing();
            List<AppSecret> all = Stream.concat(secrets.signing().stream(), secrets.accepted().stream())
                    .toList();
            this.ofSecrets = all.stream().map(Reader::verificationKey).toList();
            this.refreshKeysOfSecrets = all.stream().map(RefreshKey::of).toList();
        }

        private static VerificationKey verificationKey(AppSecret secret) {
            String kid = Base64Text.encode(HmacSha256.derive(secret.bytes(), "gatehouse kid", SECRET_KID_BYTES));
            SecretKeySpec key = new SecretKeySpec(secret.bytes(), HmacSha256.ALGORITHM);
            return new VerificationKey(kid, KeyAlgorithm.HS256.joseName(), key, true);
        }

        /** Returns the keys of the rows that were found to be good. */
        UsableKeys read(CheckedKeys checked, UsableKeys before) {
            List<ServiceKey> good = checked.good();
            Map<String, RefreshKey> refreshKeys = refreshKeys(checked);
            KeyBytes nameKey = KeySchedule.of(Purpose.NAME_HASH, good).stream()
                    .findFirst()
                    .flatMap(row -> checked.find(row.id(), CheckOutcome.Names.class))
                    .map(CheckOutcome.Names::key)
                    .orElse(null);
            if (signingSecret.isPresent()) {
                return besideASecret(refreshKeys, nameKey, checked);
            }
            Map<String, VerificationKey> verification = new LinkedHashMap<>();
            KeySchedule.of(Purpose.SIGNING, checked.goodOrUnreadable())
                    .forEach(row ->
                            verificationKey(row, checked, before).ifPresent(key -> verification.put(key.kid(), key)));
            JwkSet jwkSet = jwkSet(List.copyOf(verification.values()), before);
            ofSecrets.forEach(key -> verification.put(key.kid(), key));
            return new UsableKeys(
                    signer(good, checked),
                    Map.copyOf(verification),
                    jwkSet,
                    KeySchedule.refresh(refreshRows(checked), checked.now())
                            .map(row -> refreshKeys.get(row.id()))
                            .orElse(null),
                    refreshKeys,
                    nameKey,
                    checked);
        }

        private UsableKeys besideASecret(
                Map<String, RefreshKey> refreshKeys, @Nullable KeyBytes nameKey, CheckedKeys checked) {
            Map<String, VerificationKey> verification = new LinkedHashMap<>();
            ofSecrets.forEach(key -> verification.put(key.kid(), key));
            VerificationKey first = ofSecrets.getFirst();
            SigningKey signing = new SigningKey(first.kid(), first.algorithm(), first.key());
            return new UsableKeys(
                    signing,
                    Map.copyOf(verification),
                    UsableKeys.NONE.jwkSet(),
                    refreshKeysOfSecrets.getFirst(),
                    refreshKeys,
                    nameKey,
                    checked);
        }

        /** Returns those of which one makes refresh tokens: good ones, unless all of these were to be followed by another. */
        private static List<ServiceKey> refreshRows(CheckedKeys checked) {
            List<ServiceKey> good = KeySchedule.of(Purpose.REFRESH, checked.good());
            return good.stream().anyMatch(KeySchedule::isOfUse) ? good : checked.goodOrUnreadable();
        }

        private static @Nullable SigningKey signer(List<ServiceKey> rows, CheckedKeys checked) {
            return KeySchedule.signer(rows)
                    .flatMap(row -> checked.find(row.id(), CheckOutcome.Signing.class))
                    .map(CheckOutcome.Signing::signer)
                    .orElse(null);
        }

        private Optional<VerificationKey> verificationKey(ServiceKey row, CheckedKeys checked, UsableKeys before) {
            return publicKey(checked.byId().get(row.id())).map(publicKey -> {
                VerificationKey known = before.verification().get(row.id());
                boolean published = schedule.isPublished(row, checked.now());
                return known != null && known.key().equals(publicKey) && known.published() == published
                        ? known
                        : new VerificationKey(row.id(), row.algorithm().joseName(), publicKey, published);
            });
        }

        private static Optional<PublicKey> publicKey(@Nullable CheckedKey key) {
            return switch (key == null ? null : key.outcome()) {
                case CheckOutcome.Signing(PublicKey publicKey, SigningKey signer) -> Optional.of(publicKey);
                case CheckOutcome.Unreadable(PublicKey publicKey) -> Optional.ofNullable(publicKey);
                case null, default -> Optional.empty();
            };
        }

        private static JwkSet jwkSet(List<VerificationKey> keys, UsableKeys before) {
            List<VerificationKey> published =
                    keys.stream().filter(VerificationKey::published).toList();
            JwkSet set = JwkSet.of(published);
            return set.equals(before.jwkSet()) ? before.jwkSet() : set;
        }

        private Map<String, RefreshKey> refreshKeys(CheckedKeys checked) {
            Map<String, RefreshKey> keys = new HashMap<>();
            refreshKeysOfSecrets.forEach(key -> keys.put(Base64Text.encode(key.id()), key));
            checked.byId().forEach((id, key) -> {
                if (key.outcome() instanceof CheckOutcome.Refresh(RefreshKey refreshKey)) {
                    keys.put(id, refreshKey);
                }
            });
            return Map.copyOf(keys);
        }
    }
}
