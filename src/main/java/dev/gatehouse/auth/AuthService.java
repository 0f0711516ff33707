package dev.gatehouse.auth;

import dev.gatehouse.account.Accounts;
import dev.gatehouse.account.Accounts.SignUpOutcome;
import dev.gatehouse.account.StoredPassword;
import dev.gatehouse.account.Username;
import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.http.IdempotencyKey;
import dev.gatehouse.login.PasswordCheck;
import dev.gatehouse.login.PasswordCheck.Claim;
import dev.gatehouse.login.PasswordCheck.PasswordCheckOutcome;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.problem.OverloadedException;
import dev.gatehouse.session.Credential;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.RefreshOutcome;
import dev.gatehouse.session.RefreshTokens;
import dev.gatehouse.session.Sessions;
import dev.gatehouse.throttle.AttemptOutcome;
import dev.gatehouse.throttle.Reservation;
import dev.gatehouse.throttle.ReservationOutcome;
import dev.gatehouse.throttle.Throttle;
import dev.gatehouse.token.AccessToken;
import dev.gatehouse.token.AccessTokens;
import dev.gatehouse.token.AccessTokens.TokenCheckOutcome;
import dev.gatehouse.token.TokenResponse;
import dev.gatehouse.token.TokenResponses;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * The auth bean: sign-up, login, refresh, logout. Has no transaction of its own; each touch of the database is short and
 * finished before a password is hashed.
 */
@ApplicationScoped
class AuthService {
    private final Accounts accounts;
    private final Passwords passwords;
    private final PasswordCheck passwordCheck;
    private final TokenResponses tokenResponses;
    private final Sessions sessions;
    private final RefreshTokens refreshTokens;
    private final AccessTokens accessTokens;
    private final Throttle throttle;
    private final AuditLog auditLog;

    AuthService(
            Accounts accounts,
            Passwords passwords,
            PasswordCheck passwordCheck,
            TokenResponses tokenResponses,
            Sessions sessions,
            RefreshTokens refreshTokens,
            AccessTokens accessTokens,
            Throttle throttle,
            AuditLog auditLog) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.passwordCheck = passwordCheck;
        this.tokenResponses = tokenResponses;
        this.sessions = sessions;
        this.refreshTokens = refreshTokens;
        this.accessTokens = accessTokens;
        this.throttle = throttle;
        this.auditLog = auditLog;
    }

    /** Makes an account. Waits for its hash, as a login does. */
    SignUpOutcome signUp(Username username, Password password, Client client, PendingCall call) {
        return switch (throttle.reserveSignUp(client)) {
            case ReservationOutcome.Blocked(Duration retryAfter) -> new SignUpOutcome.TooManyAttempts(retryAfter);
            case ReservationOutcome.Crowded crowded -> throw new IllegalStateException("sign-ups are never under way");
            case ReservationOutcome.Allowed(Reservation reservation) -> {
                AttemptOutcome outcome = AttemptOutcome.NONE;
                try {
                    SignUpOutcome registration = register(username, passwords.hash(password, call), client);
                    outcome = AttemptOutcome.COUNTED;
                    yield registration;
                } finally {
                    throttle.settle(reservation, outcome);
                }
            }
        };
    }

    private SignUpOutcome register(Username username, String passwordHash, Client client) {
        SignUpOutcome registration = accounts.register(username, passwordHash, client);
        if (registration instanceof SignUpOutcome.NameTaken(Optional<UUID> owner)) {
            auditLog.record(
                    owner.<AuditEvent>map(AuditEvent.SignUpRefused::new)
                            .orElseGet(() -> new AuditEvent.DeletedNameTried(username.text())),
                    client);
        }
        return registration;
    }

    /** Checks a name and a password, and begins a session. Returns its tokens. */
    PasswordCheckOutcome<TokenResponse> login(Claim claim) {
        TokenResponses.Issuer issuer = tokenResponses.issuer();
        PasswordCheckOutcome<LiveSession> outcome = passwordCheck.check(
                claim,
                (verified, tries) -> accounts.logIn(verified, replacement(claim, verified, tries), claim.client()));
        return outcome.map(issuer::withRefreshToken);
    }

    /**
     * Returns a hash of the same password in today's form, to be stored instead. Only at the first try: replicas that are configured
     * differently would rewrite each other's hash again and again.
     */
    private Optional<String> replacement(Claim claim, StoredPassword verified, int tries) {
        if (tries > 0 || !passwords.isOutdated(claim.password(), verified.hash())) {
            return Optional.empty();
        }
        try {
            return Optional.of(passwords.hash(claim.password(), claim.call()));
        } catch (OverloadedException e) {
            return Optional.empty(); // The login has succeeded; the next one has another try.
        }
    }

    /** Exchanges a refresh token or, the seed's way, an access token. Garbage does not reach the database. */
    RefreshOutcome refresh(String bearer, Optional<IdempotencyKey> key, Client client) {
        return credential(bearer)
                .map(credential -> sessions.refresh(credential, key, client))
                .orElseGet(RefreshOutcome.Refused::new);
    }

    /**
     * Ends the session of a refresh token or an access token, however old.
     *
     * @return false when it is neither
     */
    boolean logOut(String bearer, Client client) {
        Optional<Credential> credential = credential(bearer);
        credential.ifPresent(authentic -> sessions.logOut(authentic.sessionId(), client));
        return credential.isPresent();
    }

    private Optional<Credential> credential(String bearer) {
        return refreshTokens.parse(bearer).<Credential>map(token -> token).or(() -> accessToken(bearer));
    }

    private Optional<Credential> accessToken(String bearer) {
        return switch (accessTokens.check(bearer)) {
            case TokenCheckOutcome.Valid(AccessToken token) -> Optional.of(credential(token, Duration.ZERO));
            case TokenCheckOutcome.Expired(AccessToken token, Duration since) -> Optional.of(credential(token, since));
            case TokenCheckOutcome.Invalid invalid -> Optional.empty();
        };
    }

    private static Credential credential(AccessToken token, Duration expiredSince) {
        return new Credential.OfAccessToken(token.sessionId(), token.generation(), expiredSince);
    }
}
