package dev.gatehouse.key;

import dev.gatehouse.crypto.HmacSha256;
import dev.gatehouse.key.StoredKey.Purpose;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes usable keys of the rows and of the secrets that the service was given. What was read before is used again, so that
 * a key stays the same object while nothing about it changes, and nothing is decrypted twice.
 */
final class KeyReader {
    private static final int SECRET_KID_BYTES = 8;

    private final KeySchedule schedule;
    private final KeyWrap wrap;
    private final Optional<AppSecret> signingSecret;
    private final List<VerificationKey> ofSecrets;
    private final List<RefreshKey> refreshKeysOfSecrets;

    KeyReader(KeySchedule schedule, KeyWrap wrap, AppSecrets secrets) {
        this.schedule = schedule;
        this.wrap = wrap;
        this.signingSecret = secrets.signing();
        List<AppSecret> all = Stream.concat(secrets.signing().stream(), secrets.accepted().stream())
                .toList();
        this.ofSecrets = all.stream().map(KeyReader::verificationKey).toList();
        this.refreshKeysOfSecrets = all.stream().map(RefreshKey::of).toList();
    }

    private static VerificationKey verificationKey(AppSecret secret) {
        String kid = Base64Text.encode(Hkdf.derive(secret.bytes(), "gatehouse kid", SECRET_KID_BYTES));
        SecretKeySpec key = new SecretKeySpec(secret.bytes(), HmacSha256.ALGORITHM);
        return new VerificationKey(kid, KeyAlgorithm.HS256, key, true);
    }

    /** The keys of these rows at the database's time. */
    Keys read(List<StoredKey> rows, Instant now, Keys before) {
        List<String> unreadable = new ArrayList<>();
        Map<String, RefreshKey> refreshKeys = refreshKeys(rows, before, unreadable);
        Map<String, KeyBytes> nameKeys = nameKeys(rows, before, unreadable);
        if (signingSecret.isPresent()) {
            return besideASecret(refreshKeys, nameKeys, unreadable);
        }
        Map<String, VerificationKey> verification = new LinkedHashMap<>();
        KeySchedule.of(Purpose.SIGNING, rows)
                .forEach(row -> verification.put(row.id(), verificationKey(row, now, before)));
        JwkSet jwkSet = jwkSet(List.copyOf(verification.values()), before);
        ofSecrets.forEach(key -> verification.put(key.kid(), key));
        Map<String, SigningKey> signers = signers(rows, before, unreadable);
        return new Keys(
                KeySchedule.signer(rows).map(row -> signers.get(row.id())).orElse(null),
                Map.copyOf(signers),
                Map.copyOf(verification),
                jwkSet,
                KeySchedule.refresh(rows, now)
                        .map(row -> refreshKeys.get(row.id()))
                        .orElse(null),
                Map.copyOf(refreshKeys),
                nameKeys,
                List.copyOf(unreadable));
    }

    private Keys besideASecret(
            Map<String, RefreshKey> refreshKeys, Map<String, KeyBytes> nameKeys, List<String> unreadable) {
        Map<String, VerificationKey> verification = new LinkedHashMap<>();
        ofSecrets.forEach(key -> verification.put(key.kid(), key));
        VerificationKey first = ofSecrets.getFirst();
        SigningKey signing = new SigningKey(first.kid(), first.algorithm(), first.key());
        return new Keys(
                signing,
                Map.of(),
                Map.copyOf(verification),
                Keys.NONE.jwkSet(),
                refreshKeysOfSecrets.getFirst(),
                Map.copyOf(refreshKeys),
                nameKeys,
                List.copyOf(unreadable));
    }

    private VerificationKey verificationKey(StoredKey row, Instant now, Keys before) {
        VerificationKey known = before.verification().get(row.id());
        boolean published = schedule.isPublished(row, now);
        if (known != null && known.published() == published) {
            return known;
        }
        byte[] encoded = Objects.requireNonNull(row.publicKey()).toArray();
        return new VerificationKey(row.id(), row.algorithm(), row.algorithm().publicKey(encoded), published);
    }

    private static JwkSet jwkSet(List<VerificationKey> keys, Keys before) {
        List<VerificationKey> published =
                keys.stream().filter(VerificationKey::published).toList();
        JwkSet set = JwkSet.of(published);
        return set.equals(before.jwkSet()) ? before.jwkSet() : set;
    }

    private Map<String, SigningKey> signers(List<StoredKey> rows, Keys before, List<String> unreadable) {
        Map<String, SigningKey> signers = new HashMap<>();
        for (StoredKey row : KeySchedule.of(Purpose.SIGNING, rows)) {
            open(row, before.signers().get(row.id()), unreadable, clear -> signer(row, clear))
                    .ifPresent(key -> signers.put(row.id(), key));
        }
        return signers;
    }

    private static SigningKey signer(StoredKey row, byte[] clear) {
        return new SigningKey(row.id(), row.algorithm(), row.algorithm().privateKey(clear));
    }

    private Map<String, RefreshKey> refreshKeys(List<StoredKey> rows, Keys before, List<String> unreadable) {
        Map<String, RefreshKey> keys = new HashMap<>();
        refreshKeysOfSecrets.forEach(key -> keys.put(Base64Text.encode(key.id()), key));
        for (StoredKey row : KeySchedule.of(Purpose.REFRESH, rows)) {
            byte[] id = Base64Text.decode(row.id()).orElseThrow();
            open(row, before.refreshKeys().get(row.id()), unreadable, clear -> new RefreshKey(clear, id))
                    .ifPresent(key -> keys.put(row.id(), key));
        }
        return keys;
    }

    private Map<String, KeyBytes> nameKeys(List<StoredKey> rows, Keys before, List<String> unreadable) {
        return KeySchedule.of(Purpose.NAME_HASH, rows).stream()
                .findFirst()
                .flatMap(row -> open(row, before.nameKeys().get(row.id()), unreadable, KeyBytes::new)
                        .map(key -> Map.of(row.id(), key)))
                .orElse(Map.of());
    }

    /** The key of a row that still keeps one; notes the row where none of the encryption keys opens it. */
    private <T> Optional<T> open(
            StoredKey row, @Nullable T before, List<String> unreadable, Function<byte[], T> ofClear) {
        if (row.material() == null) {
            return Optional.empty();
        }
        if (before != null) {
            return Optional.of(before);
        }
        Optional<T> opened = wrap.open(row, row.material()).map(ofClear);
        if (opened.isEmpty()) {
            unreadable.add(row.id());
        }
        return opened;
    }
}
