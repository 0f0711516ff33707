package dev.gatehouse.profile;

import dev.gatehouse.account.Accounts;
import dev.gatehouse.login.PasswordCheck;
import dev.gatehouse.login.PasswordCheck.Claim;
import dev.gatehouse.login.PasswordCheck.Outcome;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Subject;
import dev.gatehouse.token.TokenAnswer;
import dev.gatehouse.token.TokenAnswers;
import jakarta.inject.Singleton;
import java.util.UUID;

/** What the holder of an access token does with an account, once the password was given again. */
@Singleton
class OwnAccount {
    private final Accounts accounts;
    private final PasswordCheck passwordCheck;
    private final Passwords passwords;
    private final TokenAnswers tokenAnswers;

    OwnAccount(Accounts accounts, PasswordCheck passwordCheck, Passwords passwords, TokenAnswers tokenAnswers) {
        this.accounts = accounts;
        this.passwordCheck = passwordCheck;
        this.passwords = passwords;
        this.tokenAnswers = tokenAnswers;
    }

    /** Changes the password of the claim's account and ends every session. Returns the tokens of a new one. */
    Outcome<TokenAnswer> changePassword(Subject holder, Claim claim, Password replacement) {
        tokenAnswers.requireKeys();
        Outcome<LiveSession> outcome = passwordCheck.check(claim, (verified, tries) -> {
            String newHash = passwords.hash(replacement, claim.call());
            return accounts.changePassword(holder.sessionId(), verified, newHash, claim.client());
        });
        return outcome.map(tokenAnswers::withRefreshToken);
    }

    /** Deletes the claim's account. Returns its id. */
    Outcome<UUID> delete(Subject holder, Claim claim) {
        return passwordCheck.check(
                claim, (verified, tries) -> accounts.delete(holder.sessionId(), verified, claim.client()));
    }
}
