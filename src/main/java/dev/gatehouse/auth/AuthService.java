package dev.gatehouse.auth;

import dev.gatehouse.account.Accounts;
import dev.gatehouse.account.Registration;
import dev.gatehouse.account.StoredPassword;
import dev.gatehouse.account.Username;
import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.platform.Client;
import dev.gatehouse.session.Credential;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Refresh;
import dev.gatehouse.session.RefreshTokens;
import dev.gatehouse.session.Sessions;
import dev.gatehouse.token.AccessToken;
import dev.gatehouse.token.AccessTokens;
import dev.gatehouse.token.TokenCheck;
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
    private final AuditLog auditLog;

    AuthService(
            Accounts accounts,
            Passwords passwords,
            Sessions sessions,
            RefreshTokens refreshTokens,
            AccessTokens accessTokens,
            AuditLog auditLog) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.sessions = sessions;
        this.refreshTokens = refreshTokens;
        this.accessTokens = accessTokens;
        this.auditLog = auditLog;
    }

    /** Makes an account. Hashes, so it blocks for as long as a login. */
    Registration signUp(Username username, Password password, Client client) {
        Registration registration = accounts.register(username, passwords.hash(password), client);
        if (registration instanceof Registration.NameTaken(Optional<UUID> owner)) {
            auditLog.record(
                    owner.<AuditEvent>map(AuditEvent.SignUpRefused::new)
                            .orElseGet(() -> new AuditEvent.DeletedNameTried(username.text())),
                    client);
        }
        return registration;
    }

    /**
     * Checks a name and a password and begins a session. A password that is changed while it is being checked is checked
     * again, so that a login which was on its way does not survive the change.
     */
    LoginOutcome login(Username username, Password password, Client client) {
        Optional<StoredPassword> stored = Optional.empty();
        for (int attempt = 0; attempt < LOGIN_ATTEMPTS; attempt++) {
            stored = accounts.storedPassword(username);
            stored.ifPresent(this::warnIfUnreadable);
            if (!passwords.verify(password, stored.map(StoredPassword::hash))) {
                break;
            }
            StoredPassword verified = stored.orElseThrow();
            Optional<LiveSession> session = accounts.logIn(verified, replacement(password, verified), client);
            if (session.isPresent()) {
                return new LoginOutcome.LoggedIn(session.get());
            }
        }
        auditLog.record(failure(username, stored), client);
        return new LoginOutcome.InvalidCredentials();
    }

    private static AuditEvent failure(Username username, Optional<StoredPassword> stored) {
        return stored.<AuditEvent>map(known -> new AuditEvent.LoginFailed(known.accountId()))
                .orElseGet(() -> new AuditEvent.UnknownNameTried(username.text()));
    }

    private void warnIfUnreadable(StoredPassword stored) {
        if (!passwords.canRead(stored.hash())) {
            LOG.warnf("account=%s password_hash=unreadable effect=\"cannot log in\"", stored.accountId());
        }
    }

    private Optional<String> replacement(Password password, StoredPassword stored) {
        return passwords.isOutdated(password, stored.hash()) ? Optional.of(passwords.hash(password)) : Optional.empty();
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
