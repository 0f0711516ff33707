package dev.gatehouse.key;

import dev.gatehouse.problem.NotReadyException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys as a replica knows them at one moment.
 *
 * @param signing the key that signs access tokens; none while it cannot be read
 * @param verification every key that checks access tokens, by kid
 * @param refresh the key that makes refresh tokens; none while it cannot be read
 * @param refreshKeys every key that refresh tokens are good under, by id in base64url
 * @param nameKey the key that hashes names; none while it cannot be read
 * @param checked the rows behind these keys, and those that are not used
 */
record Keys(
        @Nullable SigningKey signing,
        Map<String, VerificationKey> verification,
        JwkSet jwkSet,
        @Nullable RefreshKey refresh,
        Map<String, RefreshKey> refreshKeys,
        @Nullable KeyBytes nameKey,
        CheckedKeys checked) {

    /** What is known before anything was read. */
    static final Keys NONE = new Keys(null, Map.of(), JwkSet.of(List.of()), null, Map.of(), null, CheckedKeys.NONE);

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
        return "Keys[" + verification.keySet() + "]";
    }
}
