package dev.gatehouse.account;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.key.NameHashes;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Sessions;
import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The accounts in Postgres. What a right password allows happens in one transaction that locks the account's row and finds
 * the hash there that the password was verified against: the hash is the password's version.
 */
@ApplicationScoped
public class Accounts {
    /** No account has it: theirs are random (RFC 9562, 5.9). */
    private static final UUID NOBODY = new UUID(0, 0);

    private final NameHashes nameHashes;
    private final Sessions sessions;
    private final AuditLog auditLog;

    Accounts(NameHashes nameHashes, Sessions sessions, AuditLog auditLog) {
        this.nameHashes = nameHashes;
        this.sessions = sessions;
        this.auditLog = auditLog;
    }

    /**
     * Creates an account, unless the name is taken; of several at once for one name exactly one does.
     *
     * <p>The insert comes first and waits for whoever holds the name. Only then is the list of deleted names asked, with
     * a snapshot in which a deletion that it waited for has been committed.
     *
     * @param passwordHash in modular crypt format
     */
    @Transactional
    public Registration register(Username username, String passwordHash, Client client) {
        List<?> rows = Panache.getEntityManager()
                .createNativeQuery("INSERT INTO account (username, password_hash) VALUES (?1, ?2)"
                        + " ON CONFLICT (username) DO NOTHING RETURNING id, created_at")
                .setParameter(1, username.text())
                .setParameter(2, passwordHash)
                .getResultList();
        if (rows.isEmpty()) {
            return new Registration.NameTaken(storedPassword(username).map(StoredPassword::accountId));
        }
        if (wasDeleted(username)) {
            QuarkusTransaction.setRollbackOnly();
            return new Registration.NameTaken(Optional.empty());
        }
        Object[] row = (Object[]) rows.getFirst();
        auditLog.record(new AuditEvent.SignedUp((UUID) row[0]), client);
        return new Registration.Registered(username, (Instant) row[1]);
    }

    private boolean wasDeleted(Username username) {
        return !Panache.getEntityManager()
                .createNativeQuery("SELECT 1 FROM deleted_name WHERE name_hash = ?1", Integer.class)
                .setParameter(1, nameHashes.hash(username.text()))
                .getResultList()
                .isEmpty();
    }

    /**
     * The password hash of the account with this name; empty when there is none. Holds no connection afterwards.
     *
     * <p>Always gets a row, whose columns are as long for a name that no account has: reading one takes its time, too.
     */
    public Optional<StoredPassword> storedPassword(Username username) {
        Object[] row = (Object[]) Panache.getEntityManager()
                .createNativeQuery("""
                        SELECT account.id IS NOT NULL, COALESCE(account.id, CAST(?1 AS uuid)),
                            COALESCE(account.password_hash, repeat('-', 60))
                        FROM (SELECT 1) AS always LEFT JOIN account ON account.username = ?2""")
                .setParameter(1, NOBODY)
                .setParameter(2, username.text())
                .getSingleResult();
        StoredPassword stored = new StoredPassword((UUID) row[1], (String) row[2]);
        return (boolean) row[0] ? Optional.of(stored) : Optional.empty();
    }

    /** The password hash of a live session's account; empty when the session is not live. */
    @Transactional
    Optional<StoredPassword> storedPasswordOf(UUID sessionId) {
        return sessions.accountOf(sessionId)
                .flatMap(accountId -> Account.find("id", accountId)
                        .project(StoredPassword.class)
                        .firstResultOptional());
    }

    /** The account of a live session; empty when the session is not live. */
    @Transactional
    Optional<AccountView> view(UUID sessionId) {
        return sessions.accountOf(sessionId)
                .flatMap(accountId -> Account.<Account>findByIdOptional(accountId))
                .map(account -> new AccountView(account.username, account.createdAt, account.passwordChangedAt));
    }

    /**
     * Begins a session for a verified password.
     *
     * @param replacement a hash of the same password in today's form, to be stored instead; empty to leave it
     * @return empty when the account is gone or has another hash by now; then nothing was changed
     */
    @Transactional
    public Optional<LiveSession> logIn(StoredPassword verified, Optional<String> replacement, Client client) {
        Account account = lockedIfUnchanged(verified);
        if (account == null) {
            return Optional.empty();
        }
        replacement.ifPresent(hash -> account.passwordHash = hash);
        LiveSession session = sessions.open(account.id, account.username, client);
        auditLog.record(new AuditEvent.LoggedIn(account.id, session.id()), client);
        return Optional.of(session);
    }

    /**
     * Gives an account another password, ends all its sessions and begins a new one.
     *
     * @param caller the session that asks for it
     * @return empty when the account is gone or has another hash by now; then nothing was changed
     */
    @Transactional
    Optional<Confirmation<LiveSession>> changePassword(
            UUID caller, StoredPassword verified, String newHash, Client client) {
        Account account = lockedIfUnchanged(verified);
        if (account == null) {
            return Optional.empty();
        }
        if (sessions.accountOf(caller).isEmpty()) {
            return Optional.of(new Confirmation.SessionEnded<>());
        }
        Panache.getEntityManager()
                .createNativeQuery("UPDATE account SET password_hash = ?1, password_changed_at = clock_timestamp()"
                        + " WHERE id = ?2")
                .setParameter(1, newHash)
                .setParameter(2, account.id)
                .executeUpdate();
        sessions.endAllForChangedPassword(account.id);
        LiveSession session = sessions.open(account.id, account.username, client);
        auditLog.record(new AuditEvent.PasswordChanged(account.id, session.id()), client);
        return Optional.of(new Confirmation.Done<>(session));
    }

    /**
     * Deletes an account, ends all its sessions, and keeps a hash of its name, so that it is never given out again.
     *
     * @param caller the session that asks for it
     * @return the account's id; empty when it is gone or has another hash by now; then nothing was changed
     */
    @Transactional
    Optional<Confirmation<UUID>> delete(UUID caller, StoredPassword verified, Client client) {
        Account account = lockedIfUnchanged(verified);
        if (account == null) {
            return Optional.empty();
        }
        if (sessions.accountOf(caller).isEmpty()) {
            return Optional.of(new Confirmation.SessionEnded<>());
        }
        Panache.getEntityManager()
                .createNativeQuery("INSERT INTO deleted_name (name_hash) VALUES (?1)")
                .setParameter(1, nameHashes.hash(account.username))
                .executeUpdate();
        sessions.endAllForDeletedAccount(account.id);
        account.delete();
        auditLog.record(new AuditEvent.AccountDeleted(account.id), client);
        return Optional.of(new Confirmation.Done<>(account.id));
    }

    /** The account, with its row locked, if its hash is still the one that a password was verified against. */
    private static @Nullable Account lockedIfUnchanged(StoredPassword verified) {
        Account account = Account.findById(verified.accountId(), LockModeType.PESSIMISTIC_WRITE);
        return account != null && account.passwordHash.equals(verified.hash()) ? account : null;
    }
}
