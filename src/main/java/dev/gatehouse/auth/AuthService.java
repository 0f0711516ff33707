package dev.gatehouse.auth;

import dev.gatehouse.account.Accounts;
import dev.gatehouse.account.Registration;
import dev.gatehouse.account.StoredPassword;
import dev.gatehouse.account.Username;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.token.AccessToken;
import dev.gatehouse.token.AccessTokens;
import dev.gatehouse.token.TokenCheck;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The auth bean: sign-up, login, refresh. Has no transaction of its own; each touch of the database is short and
 * finished before a password is hashed.
 */
@ApplicationScoped
class AuthService {
    private static final Logger LOG = Logger.getLogger(AuthService.class);

    /** A login starts over when the stored hash was rewritten under it, as a login beside it does once an account. */
    private static final int LOGIN_ATTEMPTS = 3;

    private final Accounts accounts;
    private final Passwords passwords;
    private final AccessTokens accessTokens;
    private final SessionConfig sessionConfig;

    AuthService(Accounts accounts, Passwords passwords, AccessTokens accessTokens, SessionConfig sessionConfig) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.accessTokens = accessTokens;
        this.sessionConfig = sessionConfig;
    }

    /** Makes an account. Hashes, so it blocks for as long as a login. */
    Registration signUp(Username username, Password password) {
        return accounts.register(username, passwords.hash(password));
    }

    /**
     * Checks a name and a password. A password that is changed while it is being checked is checked again, so that a
     * login which was on its way does not survive the change.
     */
    LoginOutcome login(Username username, Password password) {
        for (int attempt = 0; attempt < LOGIN_ATTEMPTS; attempt++) {
            Optional<StoredPassword> stored = accounts.storedPassword(username);
            stored.ifPresent(this::warnIfUnreadable);
            if (!passwords.verify(password, stored.map(StoredPassword::hash))) {
                return new LoginOutcome.InvalidCredentials();
            }
            if (accounts.confirm(stored.orElseThrow(), replacement(password, stored.get()))) {
                return new LoginOutcome.LoggedIn(accessTokens.issue(username.text()));
            }
        }
        return new LoginOutcome.InvalidCredentials();
    }

    private void warnIfUnreadable(StoredPassword stored) {
        if (!passwords.canRead(stored.hash())) {
            LOG.warnf("account=%s password_hash=unreadable effect=\"cannot log in\"", stored.accountId());
        }
    }

    private Optional<String> replacement(Password password, StoredPassword stored) {
        return passwords.isOutdated(password, stored.hash()) ? Optional.of(passwords.hash(password)) : Optional.empty();
    }

    /**
     * Makes a new access token out of one that is good, or is past its {@code exp} by less than the window, as long as
     * the password was given less than the absolute limit ago.
     */
    RefreshOutcome refresh(String accessToken) {
        return switch (accessTokens.check(accessToken)) {
            case TokenCheck.Valid(AccessToken token) -> refresh(token, Duration.ZERO);
            case TokenCheck.Expired(AccessToken token, Duration since) -> refresh(token, since);
            case TokenCheck.Invalid invalid -> new RefreshOutcome.InvalidToken();
        };
    }

    private RefreshOutcome refresh(AccessToken token, Duration expiredSince) {
        boolean withinWindow = expiredSince.compareTo(sessionConfig.accessTokenRefreshWindow()) < 0;
        boolean withinLimit = token.authenticatedFor().compareTo(sessionConfig.absolute()) < 0;
        return withinWindow && withinLimit
                ? new RefreshOutcome.Refreshed(accessTokens.issue(token.subject(), token.authenticatedAt()))
                : new RefreshOutcome.TooLate();
    }
}
