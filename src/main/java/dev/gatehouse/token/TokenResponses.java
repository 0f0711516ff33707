package dev.gatehouse.token;

import dev.gatehouse.key.RefreshKeys;
import dev.gatehouse.key.RefreshKeys.RefreshKey;
import dev.gatehouse.key.SigningKeys;
import dev.gatehouse.key.SigningKeys.SigningKey;
import dev.gatehouse.problem.NotReadyException;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.RefreshTokens;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Makes the responses of calls that issue tokens. */
@Singleton
public class TokenResponses {
    private static final String BEARER = "Bearer";

    private final AccessTokens accessTokens;
    private final SigningKeys signingKeys;
    private final RefreshKeys refreshKeys;

    TokenResponses(AccessTokens accessTokens, SigningKeys signingKeys, RefreshKeys refreshKeys) {
        this.accessTokens = accessTokens;
        this.signingKeys = signingKeys;
        this.refreshKeys = refreshKeys;
    }

    /**
     * Returns an issuer with the keys of this moment. A caller takes it before it begins or refreshes a session, so that keys that become
     * unreadable meanwhile cost nobody the response.
     *
     * @throws NotReadyException if a key that signs is missing
     */
    public Issuer issuer() {
        return new Issuer(signingKeys.current(), refreshKeys.current());
    }

    /** Issues tokens under keys that it holds. */
    public final class Issuer {
        private final SigningKey signingKey;
        private final RefreshKey refreshKey;

        private Issuer(SigningKey signingKey, RefreshKey refreshKey) {
            this.signingKey = signingKey;
            this.refreshKey = refreshKey;
        }

        /** Returns the response to a login and to a refresh by refresh token. */
        public TokenResponse withRefreshToken(LiveSession session) {
            return response(
                    accessTokens.issue(session, signingKey),
                    RefreshTokens.issue(session, refreshKey),
                    session.refreshableFor().toSeconds());
        }

        /** Returns the response to a refresh by access token, which never becomes a refresh token. */
        public TokenResponse withoutRefreshToken(LiveSession session) {
            return response(accessTokens.issue(session, signingKey), null, null);
        }

        @Override
        public String toString() {
            return "Issuer[redacted]";
        }
    }

    private static TokenResponse response(
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
