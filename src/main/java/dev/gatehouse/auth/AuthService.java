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
import java.time.Clock;
import java.util.Optional;

/**
 * The auth bean: sign-up, login, refresh. Has no transaction of its own; each touch of the database is short and
 * finished before a password is hashed.
 */
@ApplicationScoped
class AuthService {
    /** A login starts over when the stored hash was rewritten under it, as a login beside it does once an account. */
    private static final int LOGIN_ATTEMPTS = 3;

    private final Accounts accounts;
    private final Passwords passwords;
    private final AccessTokens accessTokens;
    private final SessionConfig sessionConfig;
    private final Clock clock;

    AuthService(
            Accounts accounts,
            Passwords passwords,
            AccessTokens accessTokens,
            SessionConfig sessionConfig,
            Clock clock) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.accessTokens = accessTokens;
        this.sessionConfig = sessionConfig;
        this.clock = clock;
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
            if (!passwords.verify(password, stored.map(StoredPassword::hash))) {
                return new LoginOutcome.InvalidCredentials();
            }
            if (accounts.confirm(stored.orElseThrow(), replacement(password, stored.get()))) {
                return new LoginOutcome.LoggedIn(accessTokens.issue(username.text(), clock.instant()));
            }
        }
        return new LoginOutcome.InvalidCredentials();
    }

    private Optional<String> replacement(Password password, StoredPassword stored) {
        return passwords.isOutdated(password, stored.hash()) ? Optional.of(passwords.hash(password)) : Optional.empty();
    }

    /** Makes a new access token out of one that is good, or is past its {@code exp} by less than the window. */
    RefreshOutcome refresh(String accessToken) {
        return switch (accessTokens.check(accessToken)) {
            case TokenCheck.Valid(AccessToken token) -> refresh(token);
            case TokenCheck.Expired(AccessToken token) -> refresh(token);
            case TokenCheck.Invalid invalid -> new RefreshOutcome.InvalidToken();
        };
    }

    private RefreshOutcome refresh(AccessToken token) {
        boolean off = sessionConfig.accessTokenRefreshWindow().isZero();
        boolean late = !clock.instant().isBefore(token.expiresAt().plus(sessionConfig.accessTokenRefreshWindow()));
        return off || late
                ? new RefreshOutcome.TooLate()
                : new RefreshOutcome.Refreshed(accessTokens.issue(token.subject(), token.authenticatedAt()));
    }
}
