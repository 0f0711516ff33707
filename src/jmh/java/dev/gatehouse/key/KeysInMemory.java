package dev.gatehouse.key;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keys without a database, for benchmarks. */
public final class KeysInMemory {
    private static final Instant NOW = Instant.EPOCH.plus(Duration.ofDays(1));

    private KeysInMemory() {}

    /** One key of an algorithm, which signs. */
    public static SigningKeys of(KeyAlgorithm algorithm) {
        AppSecret secret = AppSecret.of("a secret for benchmarks, long enough".getBytes(StandardCharsets.UTF_8));
        boolean symmetric = algorithm == KeyAlgorithm.HS256;
        AppSecrets secrets = new AppSecrets(symmetric ? Optional.of(secret) : Optional.empty(), List.of());
        KeySchedule schedule =
                new KeySchedule(algorithm, Duration.ofDays(30), Duration.ofMinutes(30), Duration.ofDays(30));
        Keyring keyring = new Keyring(null, secrets, schedule, new KeyWrap(List.of(), false), Runnable::run);
        keyring.take(new KeyTable.Reading(symmetric ? List.of() : List.of(row(algorithm)), List.of(), NOW));
        return new SigningKeys(keyring);
    }

    private static StoredKey row(KeyAlgorithm algorithm) {
        NewKey key = NewKey.signing(algorithm, new KeyWrap(List.of(), false));
        return new StoredKey(
                key.id(), key.purpose(), algorithm, key.publicKey(), key.material(), null, NOW, NOW, null);
    }
}
