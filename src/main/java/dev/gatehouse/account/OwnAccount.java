package dev.gatehouse.account;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.password.Verification;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Subject;
import dev.gatehouse.throttle.Attempt;
import dev.gatehouse.throttle.Reservation;
import dev.gatehouse.throttle.Throttle;
import dev.gatehouse.throttle.Verdict;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * What the holder of an access token does with an account. Like a login it verifies the password without a connection, and
 * then acts in one transaction.
 */
@ApplicationScoped
class OwnAccount {
    /** An act starts over when the stored hash was rewritten under it, as a login beside it does once an account. */
    private static final int ATTEMPTS = 3;

    private final Accounts accounts;
    private final Passwords passwords;
    private final Throttle throttle;
    private final AuditLog auditLog;

    OwnAccount(Accounts accounts, Passwords passwords, Throttle throttle, AuditLog auditLog) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.throttle = throttle;
        this.auditLog = auditLog;
    }

    /** Changes the password; what is done is that every session has ended but a new one. */
    Confirmation<LiveSession> changePassword(Subject caller, Password current, Password replacement, Client client) {
        return confirmed(caller, current, client, verified -> {
            String newHash = passwords.hash(replacement, client);
            return accounts.changePassword(caller.sessionId(), verified, newHash, client);
        });
    }

    /** Deletes the account with this id. */
    Confirmation<UUID> delete(Subject caller, Password password, Client client) {
        return confirmed(caller, password, client, verified -> accounts.delete(caller.sessionId(), verified, client));
    }

    private <T> Confirmation<T> confirmed(
            Subject caller, Password password, Client client, Function<StoredPassword, Optional<Confirmation<T>>> act) {
        return switch (throttle.reserveOwn(caller.username(), caller.sessionId(), client)) {
            case Attempt.Blocked(Duration retryAfter) -> new Confirmation.TooManyAttempts<>(retryAfter);
            case Attempt.Allowed(Reservation reservation) -> {
                Confirmation<T> confirmation = throttle.settled(
                        reservation, () -> checked(caller, password, client, act), OwnAccount::verdictOf);
                // Afterwards, so that no fault of the audit's gives a wrong guess back.
                if (confirmation instanceof Confirmation.WrongPassword<T>(UUID account)) {
                    auditLog.record(new AuditEvent.PasswordRefused(account, caller.sessionId()), client);
                }
                yield confirmation;
            }
        };
    }

    private static <T> Verdict verdictOf(Confirmation<T> confirmation) {
        return switch (confirmation) {
            case Confirmation.Done<T> done -> Verdict.SUCCEEDED;
            case Confirmation.WrongPassword<T> wrong -> Verdict.FAILED;
            case Confirmation.SessionEnded<T> ended -> Verdict.NONE;
            case Confirmation.TooManyAttempts<T> blocked -> Verdict.NONE;
        };
    }

    private <T> Confirmation<T> checked(
            Subject caller, Password password, Client client, Function<StoredPassword, Optional<Confirmation<T>>> act) {
        Optional<StoredPassword> stored = accounts.storedPasswordOf(caller.sessionId());
        for (int attempt = 0; attempt < ATTEMPTS && stored.isPresent(); attempt++) {
            if (passwords.verify(password, stored.map(StoredPassword::hash), client) != Verification.MATCHES) {
                break;
            }
            Optional<Confirmation<T>> outcome = act.apply(stored.get());
            if (outcome.isPresent()) {
                return outcome.get();
            }
            stored = accounts.storedPasswordOf(caller.sessionId());
        }
        if (stored.isEmpty()) {
            return new Confirmation.SessionEnded<>();
        }
        return new Confirmation.WrongPassword<>(stored.get().accountId());
    }
}
