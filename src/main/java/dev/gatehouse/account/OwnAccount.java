package dev.gatehouse.account;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.password.Verification;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Subject;
import dev.gatehouse.throttle.Attempt;
import dev.gatehouse.throttle.Throttle;
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

    /**
     * The password that confirms an act.
     *
     * @param holder of an access token, whose account's password it must be
     * @param call waits while the password is hashed
     */
    record Confirmer(Subject holder, Password password, Client client, PendingCall call) {
        private UUID sessionId() {
            return holder.sessionId();
        }
    }

    /** Changes the password; what is done is that every session has ended but a new one. */
    Confirmation<LiveSession> changePassword(Confirmer confirmer, Password replacement) {
        return confirmed(confirmer, verified -> {
            String newHash = passwords.hash(replacement, confirmer.call());
            return accounts.changePassword(confirmer.sessionId(), verified, newHash, confirmer.client());
        });
    }

    /** Deletes the holder's account. */
    Confirmation<UUID> delete(Confirmer confirmer) {
        return confirmed(confirmer, verified -> accounts.delete(confirmer.sessionId(), verified, confirmer.client()));
    }

    private <T> Confirmation<T> confirmed(
            Confirmer confirmer, Function<StoredPassword, Optional<Confirmation<T>>> act) {
        String username = confirmer.holder().username();
        return switch (throttle.reserveOwn(username, confirmer.sessionId(), confirmer.client())) {
            case Attempt.Blocked(Duration retryAfter) -> new Confirmation.TooManyAttempts<>(retryAfter);
            case Attempt.Allowed(Attempt.Reservation reservation) -> {
                Confirmation<T> confirmation =
                        throttle.settled(reservation, () -> checked(confirmer, act), OwnAccount::verdictOf);
                // Afterwards, so that no fault of the audit's gives a wrong guess back.
                if (confirmation instanceof Confirmation.WrongPassword<T>(UUID account)) {
                    auditLog.record(new AuditEvent.PasswordRefused(account, confirmer.sessionId()), confirmer.client());
                }
                yield confirmation;
            }
        };
    }

    private static <T> Attempt.Verdict verdictOf(Confirmation<T> confirmation) {
        return switch (confirmation) {
            case Confirmation.Done<T> done -> Attempt.Verdict.SUCCEEDED;
            case Confirmation.WrongPassword<T> wrong -> Attempt.Verdict.FAILED;
            case Confirmation.SessionEnded<T> ended -> Attempt.Verdict.NONE;
            case Confirmation.TooManyAttempts<T> blocked -> Attempt.Verdict.NONE;
        };
    }

    private <T> Confirmation<T> checked(Confirmer confirmer, Function<StoredPassword, Optional<Confirmation<T>>> act) {
        Optional<StoredPassword> stored = accounts.storedPasswordOf(confirmer.sessionId());
        for (int attempt = 0; attempt < ATTEMPTS && stored.isPresent(); attempt++) {
            if (passwords.verify(confirmer.password(), stored.map(StoredPassword::hash), confirmer.call())
                    != Verification.MATCHES) {
                break;
            }
            Optional<Confirmation<T>> outcome = act.apply(stored.get());
            if (outcome.isPresent()) {
                return outcome.get();
            }
            stored = accounts.storedPasswordOf(confirmer.sessionId());
        }
        if (stored.isEmpty()) {
            return new Confirmation.SessionEnded<>();
        }
        return new Confirmation.WrongPassword<>(stored.get().accountId());
    }
}
