package dev.gatehouse.profile;

import dev.gatehouse.account.Accounts;
import dev.gatehouse.login.PasswordCheck;
import dev.gatehouse.login.PasswordCheck.Claim;
import dev.gatehouse.login.PasswordCheck.PasswordCheckOutcome;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Subject;
import dev.gatehouse.token.TokenResponse;
import dev.gatehouse.token.TokenResponses;
import jakarta.inject.Singleton;
import java.util.UUID;

/** What the holder of an access token does with an account, once the password was given again. */
@Singleton
class OwnAccount {
    private final Accounts accounts;
    private final PasswordCheck passwordCheck;
    private final Passwords passwords;
    private final TokenResponses tokenResponses;

    OwnAccount(Accounts accounts, PasswordCheck passwordCheck, Passwords passwords, TokenResponses tokenResponses) {
        this.accounts = accounts;
        this.passwordCheck = passwordCheck;
        this.passwords = passwords;
        this.tokenResponses = tokenResponses;
    }

    /** Changes the password of the claim's account and ends every session. Returns the tokens of a new one. */
    PasswordCheckOutcome<TokenResponse> changePassword(Subject holder, Claim claim, Password replacement) {
        TokenResponses.Issuer issuer = tokenResponses.issuer();
        PasswordCheckOutcome<LiveSession> outcome = passwordCheck.check(claim, (verified, tries) -> {
            String newHash = passwords.hash(replacement, claim.call());
            return accounts.changePassword(holder.sessionId(), verified, newHash, claim.client());
        });
        return outcome.map(issuer::withRefreshToken);
    }

    /** Deletes the claim's account. Returns its id. */
    PasswordCheckOutcome<UUID> delete(Subject holder, Claim claim) {
        return passwordCheck.check(
                claim, (verified, tries) -> accounts.delete(holder.sessionId(), verified, claim.client()));
    }
}
