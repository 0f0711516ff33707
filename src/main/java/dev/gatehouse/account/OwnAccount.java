package dev.gatehouse.account;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.platform.Client;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Subject;
import jakarta.enterprise.context.ApplicationScoped;
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
    private final AuditLog auditLog;

    OwnAccount(Accounts accounts, Passwords passwords, AuditLog auditLog) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.auditLog = auditLog;
    }

    /** Changes the password; what is done is that every session has ended but a new one. */
    Confirmation<LiveSession> changePassword(Subject caller, Password current, Password replacement, Client client) {
        return confirmed(caller, current, client, verified -> {
            String newHash = passwords.hash(replacement);
            return accounts.changePassword(caller.sessionId(), verified, newHash, client);
        });
    }

    /** Deletes the account with this id. */
    Confirmation<UUID> delete(Subject caller, Password password, Client client) {
        return confirmed(caller, password, client, verified -> accounts.delete(caller.sessionId(), verified, client));
    }

    private <T> Confirmation<T> confirmed(
            Subject caller, Password password, Client client, Function<StoredPassword, Optional<Confirmation<T>>> act) {
        Optional<StoredPassword> stored = accounts.storedPasswordOf(caller.sessionId());
        for (int attempt = 0; attempt < ATTEMPTS && stored.isPresent(); attempt++) {
            if (!passwords.verify(password, stored.map(StoredPassword::hash))) {
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
        auditLog.record(new AuditEvent.PasswordRefused(stored.get().accountId(), caller.sessionId()), client);
        return new Confirmation.WrongPassword<>();
    }
}
