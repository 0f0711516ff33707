package dev.gatehouse.auth;

import dev.gatehouse.account.Accounts;
import dev.gatehouse.account.Accounts.Registration;
import dev.gatehouse.account.StoredPassword;
import dev.gatehouse.account.Username;
import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.password.Verification;
import dev.gatehouse.problem.OverloadedException;
import dev.gatehouse.session.Credential;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Refresh;
import dev.gatehouse.session.RefreshTokens;
import dev.gatehouse.session.Sessions;
import dev.gatehouse.throttle.Attempt;
import dev.gatehouse.throttle.Throttle;
import dev.gatehouse.token.AccessToken;
import dev.gatehouse.token.AccessTokens;
import dev.gatehouse.token.AccessTokens.TokenCheck;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * The auth bean: sign-up, login, refresh, logout. Has no transaction of its own; each touch of the database is short and
 * finished before a password is hashed.
 */
@ApplicationScoped
class AuthService {
    private static final Logger LOG = Logger.getLogger(AuthService.class);

    /** A login starts over when the stored hash was rewritten under it, as a login beside it does once an account. */
    private static final int LOGIN_ATTEMPTS = 3;

    private final Accounts accounts;
    private final Passwords passwords;
    private final Sessions sessions;
    private final RefreshTokens refreshTokens;
    private final AccessTokens accessTokens;
    private final Throttle throttle;
    private final AuditLog auditLog;

    AuthService(
            Accounts accounts,
            Passwords passwords,
            Sessions sessions,
            RefreshTokens refreshTokens,
            AccessTokens accessTokens,
            Throttle throttle,
            AuditLog auditLog) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.sessions = sessions;
        this.refreshTokens = refreshTokens;
        this.accessTokens = accessTokens;
        this.throttle = throttle;
        this.auditLog = auditLog;
    }

    /** Makes an account. Waits for its hash, as a login does. */
    Registration signUp(Username username, Password password, Client client, PendingCall call) {
        return switch (throttle.reserveSignUp(client)) {
            case Attempt.Blocked(Duration retryAfter) -> new Registration.TooManyAttempts(retryAfter);
            case Attempt.Allowed(Attempt.Reservation reservation) ->
                throttle.settled(
                        reservation,
                        () -> register(username, passwords.hash(password, call), client),
                        made -> Attempt.Verdict.COUNTED);
        };
    }

    private Registration register(Username username, String passwordHash, Client client) {
        Registration registration = accounts.register(username, passwordHash, client);
        if (registration instanceof Registration.NameTaken(Optional<UUID> owner)) {
            auditLog.record(
                    owner.<AuditEvent>map(AuditEvent.SignUpRefused::new)
                            .orElseGet(() -> new AuditEvent.DeletedNameTried(username.text())),
                    client);
        }
        return registration;
    }

    /**
     * A name and a password, and who gave them.
     *
     * @param call waits while the password is hashed
     */
    record Login(Username username, Password password, Client client, PendingCall call) {}

    /**
     * Checks a name and a password and begins a session. Names that no account has take the same way: the same statements,
     * and the same work.
     */
    LoginOutcome login(Login login) {
        String name = login.username().text();
        Optional<StoredPassword> stored = accounts.storedPassword(login.username());
        return switch (throttle.reserveLogin(name, stored.map(StoredPassword::accountId), login.client())) {
            case Attempt.Blocked(Duration retryAfter) -> new LoginOutcome.TooManyAttempts(retryAfter);
            case Attempt.Allowed(Attempt.Reservation reservation) -> {
                LoginOutcome outcome = throttle.settled(
                        reservation,
                        () -> check(login, stored),
                        ended -> ended instanceof LoginOutcome.LoggedIn
                                ? Attempt.Verdict.SUCCEEDED
                                : Attempt.Verdict.FAILED);
                // Afterwards, so that no fault of the audit's gives a wrong guess back.
                if (outcome instanceof LoginOutcome.InvalidCredentials) {
                    auditLog.record(
                            new AuditEvent.LoginFailed(stored.map(StoredPassword::accountId), name), login.client());
                }
                yield outcome;
            }
        };
    }

    /**
     * A password that is changed while it is being checked is checked again, so that a login which was on its way does not
     * survive the change.
     */
    private LoginOutcome check(Login login, Optional<StoredPassword> found) {
        Optional<StoredPassword> stored = found;
        for (int attempt = 0; attempt < LOGIN_ATTEMPTS; attempt++) {
            Verification verification =
                    passwords.verify(login.password(), stored.map(StoredPassword::hash), login.call());
            if (verification != Verification.MATCHES) {
                warnIfUnreadable(verification, stored);
                break;
            }
            StoredPassword verified = stored.orElseThrow();
            Optional<LiveSession> session = accounts.logIn(verified, replacement(login, verified), login.client());
            if (session.isPresent()) {
                return new LoginOutcome.LoggedIn(session.get());
            }
            stored = accounts.storedPassword(login.username());
        }
        return new LoginOutcome.InvalidCredentials();
    }

    private static void warnIfUnreadable(Verification verification, Optional<StoredPassword> stored) {
        if (verification == Verification.UNREADABLE) {
            LOG.warnf(
                    "account=%s password_hash=unreadable effect=\"cannot log in\"",
                    stored.orElseThrow().accountId());
        }
    }

    private Optional<String> replacement(Login login, StoredPassword stored) {
        if (!passwords.isOutdated(login.password(), stored.hash())) {
            return Optional.empty();
        }
        try {
            return Optional.of(passwords.hash(login.password(), login.call()));
        } catch (OverloadedException e) {
            return Optional.empty(); // The login has succeeded; the next one has another try.
        }
    }

    /** Exchanges a refresh token or, the seed's way, an access token. Garbage does not reach the database. */
    Refresh refresh(String bearer, Client client) {
        return credential(bearer)
                .map(credential -> sessions.refresh(credential, client))
                .orElseGet(Refresh.Refused::new);
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
            case TokenCheck.Valid(AccessToken token) -> Optional.of(credential(token, Duration.ZERO));
            case TokenCheck.Expired(AccessToken token, Duration since) -> Optional.of(credential(token, since));
            case TokenCheck.Invalid invalid -> Optional.empty();
        };
    }

    private static Credential credential(AccessToken token, Duration expiredSince) {
        return new Credential.OfAccessToken(token.sessionId(), token.generation(), expiredSince);
    }
}
