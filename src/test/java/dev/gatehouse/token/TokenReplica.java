package dev.gatehouse.token;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gatehouse.key.SigningKeys;
import dev.gatehouse.key.TokenLifetimes;
import dev.gatehouse.session.LiveSession;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Makes and checks access tokens as one replica does, without a service around it. */
public final class TokenReplica {
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final TokenLifetimes LIFETIMES =
            new TokenLifetimes(Duration.ofMinutes(30), Duration.ofSeconds(5), Duration.ofDays(30), Duration.ofDays(1));

    final MeterRegistry meters = new SimpleMeterRegistry();
    final VerifiedTokens verifiedTokens;
    private final AccessTokens accessTokens;
    private final SigningKeys keys;
    private final Clock clock;

    /** A replica that remembers so many verified tokens. */
    public TokenReplica(SigningKeys keys, Clock clock, int verifiedLimit) {
        TokenConfig config = new Defaults(verifiedLimit);
        this.keys = keys;
        this.clock = clock;
        this.verifiedTokens = new VerifiedTokens(verifiedLimit, LIFETIMES.leeway(), clock, meters);
        this.accessTokens = new AccessTokens(keys, verifiedTokens, config, LIFETIMES, clock, STRICT);
    }

    /** The settings' defaults. */
    private record Defaults(int verifiedLimit) implements TokenConfig {
        @Override
        public String issuer() {
            return "gatehouse";
        }

        @Override
        public Optional<String> audience() {
            return Optional.empty();
        }
    }

    /** The access token of a session that begins now. */
    public String issue() {
        Instant now = clock.instant();
        LiveSession session = new LiveSession(
                UUID.randomUUID(), "somebody", 1, now, now.plus(Duration.ofDays(30)), Duration.ofDays(7), now);
        return accessTokens.issue(session, keys.current()).compact();
    }

    public AccessTokens.TokenCheckOutcome check(String compact) {
        return accessTokens.check(compact);
    }

    /** Whether a token opens what is for holders of access tokens. */
    public boolean accepts(String compact) {
        return check(compact) instanceof AccessTokens.TokenCheckOutcome.Valid;
    }

    double counted(String answer) {
        return meters.counter("gatehouse.verified.tokens", "answer", answer).count();
    }
}
