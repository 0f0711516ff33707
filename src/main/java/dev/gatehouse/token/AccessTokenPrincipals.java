package dev.gatehouse.token;

import dev.gatehouse.platform.ExpiredTokenException;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.ParseException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import org.jose4j.jwt.JwtClaims;

/**
 * Puts {@link AccessTokens} behind Quarkus' {@code @Authenticated}: SmallRye's mechanism takes the token from the
 * request and hands it here.
 */
@ApplicationScoped
@Alternative
@Priority(1)
class AccessTokenPrincipals extends JWTCallerPrincipalFactory {
    private final AccessTokens accessTokens;

    AccessTokenPrincipals(AccessTokens accessTokens) {
        this.accessTokens = accessTokens;
    }

    @Override
    public JWTCallerPrincipal parse(String token, JWTAuthContextInfo unused) throws ParseException {
        return switch (accessTokens.check(token)) {
            case TokenCheck.Valid(AccessToken valid) -> principal(token, valid);
            case TokenCheck.Expired expired -> throw new ParseException("token expired", new ExpiredTokenException());
            case TokenCheck.Invalid invalid -> throw new ParseException("invalid token");
        };
    }

    private static JWTCallerPrincipal principal(String token, AccessToken valid) {
        JwtClaims claims = new JwtClaims();
        claims.setSubject(valid.subject());
        return new DefaultJWTCallerPrincipal(token, CompactToken.TYPE, claims);
    }
}
