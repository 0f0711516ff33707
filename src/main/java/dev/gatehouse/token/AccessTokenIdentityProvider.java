package dev.gatehouse.token;

import dev.gatehouse.problem.ExpiredTokenException;
import dev.gatehouse.session.EndedSessions;
import dev.gatehouse.session.Subject;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/**
 * Puts {@link AccessTokens} behind Quarkus' {@code @Authenticated}: SmallRye's mechanism takes the token from the
 * request, and this stands before SmallRye's own provider. A token is refused if its session has ended, which the list in memory
 * knows. Only while the list is not reliable is the database asked, on a worker thread.
 */
@Singleton
class AccessTokenIdentityProvider implements IdentityProvider<TokenAuthenticationRequest> {
    private final AccessTokens accessTokens;
    private final EndedSessions endedSessions;

    AccessTokenIdentityProvider(AccessTokens accessTokens, EndedSessions endedSessions) {
        this.accessTokens = accessTokens;
        this.endedSessions = endedSessions;
    }

    /** The highest is asked first; SmallRye's has the default. */
    @Override
    public int priority() {
        return IdentityProvider.super.priority() + 1;
    }

    @Override
    public Class<TokenAuthenticationRequest> getRequestType() {
        return TokenAuthenticationRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            TokenAuthenticationRequest request, AuthenticationRequestContext context) {
        return switch (accessTokens.check(token(request))) {
            case AccessTokens.TokenCheckOutcome.Valid(AccessToken token) -> authenticate(token, context);
            case AccessTokens.TokenCheckOutcome.Expired expired ->
                Uni.createFrom().failure(new AuthenticationFailedException(new ExpiredTokenException()));
            case AccessTokens.TokenCheckOutcome.Invalid invalid -> refused();
        };
    }

    /** SmallRye takes one blank after the scheme; RFC 6750, 2.1, allows several. */
    private static String token(TokenAuthenticationRequest request) {
        String token = request.getToken().getToken();
        return token.startsWith(" ") ? token.replaceFirst("^ +", "") : token;
    }

    private Uni<SecurityIdentity> authenticate(AccessToken token, AuthenticationRequestContext context) {
        boolean reliable = endedSessions.isReliable(); // First: it may become reliable between the two questions.
        if (endedSessions.contains(token.sessionId())) {
            return refused();
        }
        if (reliable) {
            return Uni.createFrom().item(identity(token));
        }
        return context.runBlocking(() -> {
            if (endedSessions.ask(token.sessionId())) {
                throw new AuthenticationFailedException();
            }
            return identity(token);
        });
    }

    private static Uni<SecurityIdentity> refused() {
        return Uni.createFrom().failure(new AuthenticationFailedException());
    }

    private static SecurityIdentity identity(AccessToken token) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new Subject(token.subject(), token.sessionId()))
                .build();
    }
}
