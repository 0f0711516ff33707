package dev.gatehouse.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.gatehouse.crypto.Sha256;
import dev.gatehouse.key.TokenLifetimes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which tokens were verified, so that a token that is shown often costs its signature's check once. Bounded;
 * the least useful go first, and each goes when it expires. It only says that the signature and the claims were right: the
 * time, the key and the session are judged at each use, by whoever asks.
 */
@Singleton
class VerifiedTokens {
    private final @Nullable Cache<Digest, VerifiedToken> tokens;
    private final Counter hits;
    private final Counter misses;

    @Inject
    VerifiedTokens(TokenConfig config, TokenLifetimes lifetimes, Clock clock, MeterRegistry meters) {
        this(config.verifiedLimit(), lifetimes.leeway(), clock, meters);
    }

    VerifiedTokens(int limit, Duration leeway, Clock clock, MeterRegistry meters) {
        this.tokens = limit == 0 ? null : cache(limit, leeway, clock);
        this.hits = meters.counter("gatehouse.verified.tokens", "answer", "hit");
        this.misses = meters.counter("gatehouse.verified.tokens", "answer", "miss");
    }

    private static Cache<Digest, VerifiedToken> cache(int limit, Duration leeway, Clock clock) {
        return Caffeine.newBuilder()
                .maximumSize(limit)
                .ticker(() -> nanos(clock.instant()))
                .expireAfter(Expiry.<Digest, VerifiedToken>creating((digest, token) ->
                        Duration.between(clock.instant(), token.expiresAt().plus(leeway))))
                .executor(Runnable::run) // Its upkeep is short, and the event loops are as good as any thread.
                .build();
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    /** SHA-256 of a whole token: equal for equal tokens only, and nothing that a dump of the memory could be used with. */
    private record Digest(long first, long second, long third, long fourth) {
        static Digest of(String compact) {
            ByteBuffer bytes = ByteBuffer.wrap(Sha256.of(compact.getBytes(StandardCharsets.UTF_8)));
            return new Digest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
        }
    }

    /** What was found out about a token before; empty when it was not seen, or is forgotten. */
    Optional<VerifiedToken> find(String compact) {
        if (tokens == null) {
            return Optional.empty();
        }
        VerifiedToken known = tokens.getIfPresent(Digest.of(compact));
        (known == null ? misses : hits).increment();
        return Optional.ofNullable(known);
    }

    /** Remembers a token that is good now. */
    void add(String compact, VerifiedToken token) {
        if (tokens != null) {
            tokens.put(Digest.of(compact), token);
        }
    }

    /** How many are remembered, about. */
    long size() {
        if (tokens == null) {
            return 0;
        }
        tokens.cleanUp();
        return tokens.estimatedSize();
    }
}
