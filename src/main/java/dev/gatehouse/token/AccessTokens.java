package dev.gatehouse.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.key.SigningKeys;
import dev.gatehouse.key.SigningKeys.SigningKey;
import dev.gatehouse.key.SigningKeys.VerificationKey;
import dev.gatehouse.key.TokenLifetimes;
import dev.gatehouse.session.LiveSession;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTTokenParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import io.smallrye.jwt.build.JwtSignatureBuilder;
import jakarta.inject.Singleton;
import java.security.PrivateKey;
import java.security.PublicKey;
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

    private static final TokenCheckOutcome INVALID = new TokenCheckOutcome.Invalid();

    private final SigningKeys keys;
    private final VerifiedTokens verifiedTokens;
    private final TokenConfig config;
    private final TokenLifetimes lifetimes;
    private final Clock clock;
    private final ObjectMapper mapper;
    private final DefaultJWTTokenParser signatureParser = new DefaultJWTTokenParser();

    AccessTokens(
            SigningKeys keys,
            VerifiedTokens verifiedTokens,
            TokenConfig config,
            TokenLifetimes lifetimes,
            Clock clock,
            ObjectMapper mapper) {
        this.keys = keys;
        this.verifiedTokens = verifiedTokens;
        this.config = config;
        this.lifetimes = lifetimes;
        this.clock = clock;
        this.mapper = mapper;
    }

    /**
     * Issues a token of a session's current generation. It is valid for the configured lifetime, and not beyond the session's absolute
     * limit, which lies after its {@code iat}.
     */
    IssuedToken issue(LiveSession session, SigningKey key) {
        long now = session.issuedAt().getEpochSecond();
        long expiresAt = Math.min(
                now + lifetimes.accessToken().toSeconds(),
                session.absoluteLimit().getEpochSecond());
        JwtClaimsBuilder claims = Jwt.issuer(config.issuer())
                .subject(session.subject())
                .issuedAt(now)
                .expiresAt(expiresAt)
                .claim("jti", UUID.randomUUID().toString())
                .claim(SESSION, session.id().toString())
                .claim(GENERATION, session.generation())
                .claim(AUTH_TIME, session.authenticatedAt().getEpochSecond());
        config.audience().ifPresent(claims::audience);
        return new IssuedToken(sign(claims, key), Duration.ofSeconds(expiresAt - now));
    }

    private static String sign(JwtClaimsBuilder claims, SigningKey key) {
        JwtSignatureBuilder signature = claims.jws()
                .algorithm(SignatureAlgorithm.fromAlgorithm(key.algorithm()))
                .header("typ", CompactToken.TYPE)
                .keyId(key.kid());
        return key.key() instanceof PrivateKey privateKey
                ? signature.sign(privateKey)
                : signature.sign((SecretKey) key.key());
    }

    /** Checks a token in compact serialization. Whatever is wrong with it, this returns and does not throw. */
    public TokenCheckOutcome check(String compact) {
        if (compact.length() > CompactToken.MAX_LENGTH) {
            return INVALID;
        }
        Optional<VerifiedToken> known = verifiedTokens.find(compact).filter(this::isStillUnderItsKey);
        if (known.isPresent()) {
            return judge(known.get());
        }
        Optional<VerifiedToken> verified = verify(compact);
        TokenCheckOutcome verdict = verified.map(this::judge).orElse(INVALID);
        if (verdict instanceof TokenCheckOutcome.Valid) {
            verifiedTokens.add(compact, verified.orElseThrow());
        }
        return verdict;
    }

    private boolean isStillUnderItsKey(VerifiedToken token) {
        return keys.verificationKey(token.key().kid()).equals(Optional.of(token.key()));
    }

    private Optional<VerifiedToken> verify(String compact) {
        Optional<CompactToken> form = CompactToken.parse(compact, mapper);
        return form.flatMap(token -> keys.verificationKey(token.kid()))
                .filter(key -> hasValidSignature(compact, form.orElseThrow(), key))
                .flatMap(key -> signedToken(form.orElseThrow().claims(), key));
    }

    private boolean hasValidSignature(String compact, CompactToken form, VerificationKey key) {
        if (!form.algorithm().equals(key.algorithm())) {
            return false;
        }
        try {
            signatureParser.parse(compact, signatureOnly(key));
            return true;
        } catch (ParseException e) {
            return false;
        }
    }

    /** Settings for SmallRye under which nothing decides but the signature, and that {@code exp} is not before {@code iat}. */
    private static JWTAuthContextInfo signatureOnly(VerificationKey key) {
        JWTAuthContextInfo info = new JWTAuthContextInfo();
        if (key.key() instanceof PublicKey publicKey) {
            info.setPublicVerificationKey(publicKey);
        } else {
            info.setSecretVerificationKey((SecretKey) key.key());
        }
        info.setSignatureAlgorithm(Set.of(SignatureAlgorithm.fromAlgorithm(key.algorithm())));
        info.setClockSkew(Integer.MAX_VALUE);
        info.setRequireNamedPrincipal(false);
        return info;
    }

    private Optional<VerifiedToken> signedToken(JsonNode claims, VerificationKey key) {
        if (!hasRequiredClaims(claims)) {
            return Optional.empty();
        }
        AccessToken token = new AccessToken(
                claims.path("sub").asText(),
                UUID.fromString(claims.path(SESSION).asText()),
                claims.path(GENERATION).asLong());
        Instant issuedAt = instant(claims, "iat");
        Instant notBefore = claims.has("nbf") ? later(issuedAt, instant(claims, "nbf")) : issuedAt;
        // A token lives no longer than ours do, whatever a holder of the secret has signed.
        Instant expiresAt = earlier(instant(claims, "exp"), issuedAt.plus(lifetimes.accessToken()));
        return Optional.of(new VerifiedToken(token, key, notBefore, expiresAt));
    }

    /** Under a key that is not published any more our own tokens have expired; what has not is somebody else's work. */
    private TokenCheckOutcome judge(VerifiedToken signed) {
        Instant now = clock.instant();
        if (signed.notBefore().isAfter(now.plus(lifetimes.leeway()))) {
            return INVALID;
        }
        if (!now.isBefore(signed.expiresAt().plus(lifetimes.leeway()))) {
            return new TokenCheckOutcome.Expired(signed.token(), Duration.between(signed.expiresAt(), now));
        }
        return signed.key().published() ? new TokenCheckOutcome.Valid(signed.token()) : INVALID;
    }

    /** Without a configured audience the service identifies itself with none, so that a token for any is another's (RFC 7519, 4.1.3). */
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
                        .orElse(!claims.has("aud"));
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

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** What the check of an access token found. */
    public sealed interface TokenCheckOutcome {
        /** The token is ours, whole, and within its time. */
        record Valid(AccessToken token) implements TokenCheckOutcome {}

        /**
         * The token is ours and whole, but past its time; good for a refresh at most.
         *
         * @param since how long it has not been good
         */
        record Expired(AccessToken token, Duration since) implements TokenCheckOutcome {}

        /** Anything else. Which check failed is not told, here or to the caller. */
        record Invalid() implements TokenCheckOutcome {}
    }
}
