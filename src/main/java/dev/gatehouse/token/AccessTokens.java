package dev.gatehouse.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.key.SigningKeys;
import dev.gatehouse.session.LiveSession;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTTokenParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;

/**
 * Makes access tokens and checks them (RFC 7519, RFC 8725, RFC 9068). SmallRye JWT signs and verifies the signature;
 * the form before it and the claims after it are judged here, because its own check of time uses the system's clock and
 * knows nothing of a token that is expired and still good for a refresh.
 *
 * <p>Neither blocks; both may run on the event loop.
 */
@Singleton
public class AccessTokens {
    private static final String AUTH_TIME = "auth_time";
    private static final String SESSION = "sid";
    private static final String GENERATION = "gen";

    /** Year 9999: the bound keeps sums of instants from overflowing, whatever a holder of the secret has signed. */
    private static final long MAX_EPOCH_SECOND = 253_402_300_799L;

    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final TokenCheck INVALID = new TokenCheck.Invalid();

    private final SigningKeys keys;
    private final TokenConfig config;
    private final Clock clock;
    private final ObjectMapper mapper;
    private final DefaultJWTTokenParser signatureParser = new DefaultJWTTokenParser();

    AccessTokens(SigningKeys keys, TokenConfig config, Clock clock, ObjectMapper mapper) {
        this.keys = keys;
        this.config = config;
        this.clock = clock;
        this.mapper = mapper;
    }

    /**
     * Makes a token of a session's current generation. It is good from now on for the configured lifetime, and not beyond
     * the session's absolute limit.
     */
    IssuedToken issue(LiveSession session) {
        long now = clock.instant().getEpochSecond();
        long expiresAt = Math.min(
                now + config.lifetime().toSeconds(), session.absoluteLimit().getEpochSecond());
        JwtClaimsBuilder claims = Jwt.issuer(config.issuer())
                .subject(session.subject())
                .issuedAt(now)
                .expiresAt(expiresAt)
                .claim("jti", UUID.randomUUID().toString())
                .claim(SESSION, session.id().toString())
                .claim(GENERATION, session.generation())
                .claim(AUTH_TIME, session.authenticatedAt().getEpochSecond());
        config.audience().ifPresent(claims::audience);
        String compact = claims.jws()
                .algorithm(SignatureAlgorithm.HS256)
                .header("typ", CompactToken.TYPE)
                .keyId(keys.signingKid())
                .sign(keys.signingKey());
        return new IssuedToken(compact, Duration.ofSeconds(Math.max(0, expiresAt - now)));
    }

    /** Checks a token in compact serialization. Whatever is wrong with it, this returns and does not throw. */
    public TokenCheck check(String compact) {
        Optional<CompactToken> form = CompactToken.parse(compact, mapper);
        if (form.isEmpty() || !hasValidSignature(compact, form.get())) {
            return INVALID;
        }
        return judge(form.get().claims());
    }

    private boolean hasValidSignature(String compact, CompactToken form) {
        Optional<SecretKey> key = keys.verificationKey(form.kid());
        if (key.isEmpty() || !form.algorithm().equals(SignatureAlgorithm.HS256.getAlgorithm())) {
            return false;
        }
        try {
            signatureParser.parse(compact, signatureOnly(key.get()));
            return true;
        } catch (ParseException e) {
            return false;
        }
    }

    /** Settings for SmallRye under which nothing decides but the signature, and that {@code exp} is not before {@code iat}. */
    private static JWTAuthContextInfo signatureOnly(SecretKey key) {
        JWTAuthContextInfo info = new JWTAuthContextInfo();
        info.setSecretVerificationKey(key);
        info.setSignatureAlgorithm(Set.of(SignatureAlgorithm.HS256));
        info.setClockSkew(Integer.MAX_VALUE);
        info.setRequireNamedPrincipal(false);
        return info;
    }

    private TokenCheck judge(JsonNode claims) {
        if (!hasRequiredClaims(claims)) {
            return INVALID;
        }
        Instant now = clock.instant();
        Instant issuedAt = instant(claims, "iat");
        Instant latestStart = now.plus(config.leeway());
        if (issuedAt.isAfter(latestStart)
                || (claims.has("nbf") && instant(claims, "nbf").isAfter(latestStart))) {
            return INVALID;
        }
        // A token lives no longer than ours do, whatever a holder of the secret has signed.
        Instant expiresAt = earlier(instant(claims, "exp"), issuedAt.plus(config.lifetime()));
        AccessToken token = new AccessToken(
                claims.path("sub").asText(),
                UUID.fromString(claims.path(SESSION).asText()),
                claims.path(GENERATION).asLong());
        return now.isBefore(expiresAt.plus(config.leeway()))
                ? new TokenCheck.Valid(token)
                : new TokenCheck.Expired(token, Duration.between(expiresAt, now));
    }

    private boolean hasRequiredClaims(JsonNode claims) {
        return claims.path("iss").isTextual()
                && claims.path("iss").asText().equals(config.issuer())
                && hasText(claims, "sub")
                && hasText(claims, "jti")
                && hasInstant(claims, "iat")
                && hasInstant(claims, "exp")
                && hasInstant(claims, AUTH_TIME)
                && hasSession(claims)
                && (!claims.has("nbf") || hasInstant(claims, "nbf"))
                && config.audience()
                        .map(audience -> isFor(claims.path("aud"), audience))
                        .orElse(true);
    }

    private static boolean isFor(JsonNode aud, String audience) {
        if (aud.isTextual()) {
            return aud.asText().equals(audience);
        }
        boolean found = false;
        for (JsonNode one : aud) {
            if (!one.isTextual()) {
                return false;
            }
            found |= one.asText().equals(audience);
        }
        return aud.isArray() && found;
    }

    private static boolean hasText(JsonNode claims, String name) {
        return claims.path(name).isTextual() && !claims.path(name).asText().isEmpty();
    }

    private static boolean hasSession(JsonNode claims) {
        JsonNode generation = claims.path(GENERATION);
        return UUID_TEXT.matcher(claims.path(SESSION).asText()).matches()
                && claims.path(SESSION).isTextual()
                && generation.isIntegralNumber()
                && generation.canConvertToLong()
                && generation.asLong() > 0;
    }

    private static boolean hasInstant(JsonNode claims, String name) {
        JsonNode value = claims.path(name);
        return value.isIntegralNumber()
                && value.canConvertToLong()
                && value.asLong() >= 0
                && value.asLong() <= MAX_EPOCH_SECOND;
    }

    private static Instant instant(JsonNode claims, String name) {
        return Instant.ofEpochSecond(claims.path(name).asLong());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
