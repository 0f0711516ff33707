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
 * @param signers every key that signs or will, by kid
 * @param verification every key that checks access tokens, by kid
 * @param refresh the key that makes refresh tokens; none while it cannot be read
 * @param refreshKeys every key that refresh tokens are good under, by id in base64url
 * @param nameKeys the one key that hashes names, by its id; none while it cannot be read
 * @param unreadable the ids of those that none of the configured encryption keys opens
 */
record Keys(
        @Nullable SigningKey signing,
        Map<String, SigningKey> signers,
        Map<String, VerificationKey> verification,
        JwkSet jwkSet,
        @Nullable RefreshKey refresh,
        Map<String, RefreshKey> refreshKeys,
        Map<String, KeyBytes> nameKeys,
        List<String> unreadable) {

    /** What is known before anything was read. */
    static final Keys NONE =
            new Keys(null, Map.of(), Map.of(), JwkSet.of(List.of()), null, Map.of(), Map.of(), List.of());

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
