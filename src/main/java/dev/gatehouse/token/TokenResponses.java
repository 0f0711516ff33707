package dev.gatehouse.token;

import dev.gatehouse.key.RefreshKeys;
import dev.gatehouse.key.SigningKeys;
import dev.gatehouse.problem.NotReadyException;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.RefreshTokens;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Makes the tokens of a session's current generation into an answer. */
@Singleton
public class TokenResponses {
    private static final String BEARER = "Bearer";

    private final AccessTokens accessTokens;
    private final RefreshTokens refreshTokens;
    private final SigningKeys signingKeys;
    private final RefreshKeys refreshKeys;

    TokenResponses(
            AccessTokens accessTokens, RefreshTokens refreshTokens, SigningKeys signingKeys, RefreshKeys refreshKeys) {
        this.accessTokens = accessTokens;
        this.refreshTokens = refreshTokens;
        this.signingKeys = signingKeys;
        this.refreshKeys = refreshKeys;
    }

    /**
     * To be asked before a session is begun or refreshed: afterwards the caller would have nothing to go on with.
     *
     * @throws NotReadyException when no tokens could be made now
     */
    public void requireKeys() {
        signingKeys.current();
        refreshKeys.current();
    }

    /** The answer to a login, and to whoever came with a refresh token. */
    public TokenResponse withRefreshToken(LiveSession session) {
        return answer(
                accessTokens.issue(session),
                refreshTokens.issue(session),
                session.refreshableFor().toSeconds());
    }

    /** The answer to whoever came with an access token, which never becomes a refresh token. */
    public TokenResponse withoutRefreshToken(LiveSession session) {
        return answer(accessTokens.issue(session), null, null);
    }

    private static TokenResponse answer(
            IssuedToken issued, @Nullable String refreshToken, @Nullable Long refreshExpiresIn) {
        return new TokenResponse(
                issued.compact(),
                issued.compact(),
                BEARER,
                issued.expiresIn().toSeconds(),
                refreshToken,
                refreshExpiresIn);
    }
}
