package dev.gatehouse.key;

import dev.gatehouse.key.ServiceKey.NewKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keys without a database, for benchmarks. */
public final class KeysInMemory {
    private static final Instant NOW = Instant.EPOCH.plus(Duration.ofDays(1));

    private KeysInMemory() {}

    /** One key of the algorithm with this {@code alg}, which signs. */
    public static SigningKeys of(String joseName) {
        KeyAlgorithm algorithm = KeyAlgorithm.named(joseName);
        AppSecret secret = AppSecret.of("a secret for benchmarks, long enough".getBytes(StandardCharsets.UTF_8));
        boolean symmetric = algorithm == KeyAlgorithm.HS256;
        AppSecrets secrets = new AppSecrets(symmetric ? Optional.of(secret) : Optional.empty(), List.of());
        KeySchedule schedule =
                new KeySchedule(algorithm, Duration.ofDays(30), Duration.ofMinutes(30), Duration.ofDays(30));
        ServiceKeys serviceKeys = new ServiceKeys(null, secrets, schedule, new EncryptionKeys(List.of(), false), Runnable::run);
        serviceKeys.take(new ServiceKeyTable.Reading(symmetric ? List.of() : List.of(row(algorithm)), List.of(), NOW));
        return new SigningKeys(serviceKeys);
    }

    private static ServiceKey row(KeyAlgorithm algorithm) {
        NewKey key = NewKey.signing(algorithm, new EncryptionKeys(List.of(), false));
        return new ServiceKey(
                key.id(), key.purpose(), algorithm, key.publicKey(), key.material(), null, NOW, NOW, null);
    }
}
