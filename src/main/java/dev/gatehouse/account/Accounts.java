package dev.gatehouse.account;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.database.Sql;
import dev.gatehouse.key.NameHashes;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Sessions;
import dev.gatehouse.session.Sessions.RevocationOutcome;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The accounts in Postgres. What a right password allows happens in one transaction that locks the account's row and finds
 * the hash there that the password was verified against: the hash is the password's version.
 */
@ApplicationScoped
public class Accounts {
    /** No account has it: theirs are random (RFC 9562, 5.9). */
    private static final UUID NOBODY = new UUID(0, 0);

    private static final Sql INSERT = Sql.of("""
            INSERT INTO account (username, password_hash) VALUES (:username, :passwordHash)
            ON CONFLICT (username) DO NOTHING RETURNING id, created_at""");

    private static final Sql FIND_DELETED_NAME = Sql.of("SELECT 1 FROM deleted_name WHERE name_hash = :nameHash");

    private static final Sql INSERT_DELETED_NAME = Sql.of("INSERT INTO deleted_name (name_hash) VALUES (:nameHash)");

    private static final Sql READ_PASSWORD = Sql.of("""
            SELECT account.id IS NOT NULL, COALESCE(account.id, CAST(:nobody AS uuid)),
                COALESCE(account.password_hash, repeat('-', 60))
            FROM (SELECT 1) AS always LEFT JOIN account ON account.username = :username""");

    private static final Sql CHANGE_PASSWORD = Sql.of("""
            UPDATE account SET password_hash = :passwordHash, password_changed_at = clock_timestamp() WHERE id = :id""");

    private static final Sql LOCK = Sql.of("SELECT id FROM account WHERE id = :id FOR UPDATE");

    private final NameHashes nameHashes;
    private final Sessions sessions;
    private final AuditLog auditLog;
    private final DataSource pool;

    Accounts(NameHashes nameHashes, Sessions sessions, AuditLog auditLog, DataSource pool) {
        this.nameHashes = nameHashes;
        this.sessions = sessions;
        this.auditLog = auditLog;
        this.pool = pool;
    }

    /** An account that was inserted. */
    private record Inserted(UUID id, Instant createdAt) {}

    /**
     * Creates an account, unless the name is taken; of several at once for one name exactly one does.
     *
     * <p>The insert comes first and waits for whoever holds the name. Only then is the list of deleted names asked, with
     * a snapshot in which a deletion that it waited for has been committed.
     *
     * @param passwordHash in modular crypt format
     */
    @Transactional
    public SignUpOutcome register(Username username, String passwordHash, Client client) {
        Optional<Inserted> inserted = INSERT.on(pool)
                .with("username", username.text())
                .with("passwordHash", passwordHash)
                .first(Accounts::inserted);
        if (inserted.isEmpty()) {
            return new SignUpOutcome.NameTaken(storedPassword(username).map(StoredPassword::accountId));
        }
        if (wasDeleted(username)) {
            QuarkusTransaction.setRollbackOnly();
            return new SignUpOutcome.NameTaken(Optional.empty());
        }
        auditLog.record(new AuditEvent.SignedUp(inserted.get().id()), client);
        return new SignUpOutcome.Registered(username, inserted.get().createdAt());
    }

    private static Inserted inserted(ResultSet row) throws SQLException {
        return new Inserted(
                row.getObject(1, UUID.class),
                row.getObject(2, OffsetDateTime.class).toInstant());
    }

    private boolean wasDeleted(Username username) {
        return FIND_DELETED_NAME
                .on(pool)
                .with("nameHash", nameHashes.hash(username.text()))
                .first(row -> row.getInt(1))
                .isPresent();
    }

    /**
     * The password hash of the account with this name; empty when there is none. Holds no connection afterwards.
     *
     * <p>Always gets a row, whose columns are as long for a name that no account has: reading one takes its time, too.
     */
    public Optional<StoredPassword> storedPassword(Username username) {
        return READ_PASSWORD
                .on(pool)
                .with("nobody", NOBODY)
                .with("username", username.text())
                .first(Accounts::storedPassword)
                .orElseThrow();
    }

    private static Optional<StoredPassword> storedPassword(ResultSet row) throws SQLException {
        StoredPassword stored = new StoredPassword(row.getObject(2, UUID.class), row.getString(3));
        return row.getBoolean(1) ? Optional.of(stored) : Optional.empty();
    }

    /** The password hash of a live session's account; empty when the session is not live. */
    @Transactional
    public Optional<StoredPassword> storedPasswordOf(UUID sessionId) {
        return sessions.accountOf(sessionId)
                .flatMap(accountId -> Account.find("id", accountId)
                        .project(StoredPassword.class)
                        .firstResultOptional());
    }

    /** The account of a live session; empty when the session is not live. */
    @Transactional
    public Optional<AccountView> view(UUID sessionId) {
        return sessions.accountOf(sessionId)
                .flatMap(accountId -> Account.<Account>findByIdOptional(accountId))
                .map(account -> new AccountView(account.username, account.createdAt, account.passwordChangedAt));
    }

    /**
     * Begins a session for a verified password.
     *
     * @param replacement a hash of the same password in today's form, to be stored instead; empty to leave it
     */
    @Transactional
    public ActOutcome<LiveSession> logIn(StoredPassword verified, Optional<String> replacement, Client client) {
        Account account = lockedIfUnchanged(verified);
        if (account == null) {
            return new ActOutcome.HashReplaced<>();
        }
        replacement.ifPresent(hash -> account.passwordHash = hash);
        LiveSession session = sessions.open(account.id, account.username, client);
        auditLog.record(new AuditEvent.LoggedIn(account.id, session.id()), client);
        return new ActOutcome.Done<>(session);
    }

    /**
     * Gives an account another password, ends all its sessions and begins a new one.
     *
     * @param caller the session that asks for it
     */
    @Transactional
    public ActOutcome<LiveSession> changePassword(UUID caller, StoredPassword verified, String newHash, Client client) {
        Account account = lockedIfUnchanged(verified);
        if (account == null) {
            return new ActOutcome.HashReplaced<>();
        }
        if (sessions.accountOf(caller).isEmpty()) {
            return new ActOutcome.SessionEnded<>();
        }
        CHANGE_PASSWORD
                .on(pool)
                .with("passwordHash", newHash)
                .with("id", account.id)
                .update();
        sessions.endAllForChangedPassword(account.id);
        LiveSession session = sessions.open(account.id, account.username, client);
        auditLog.record(new AuditEvent.PasswordChanged(account.id, session.id()), client);
        return new ActOutcome.Done<>(session);
    }

    /**
     * Deletes an account, ends all its sessions, and keeps a hash of its name, so that it is never given out again.
     *
     * @param caller the session that asks for it
     * @return the account's id, if that is done
     */
    @Transactional
    public ActOutcome<UUID> delete(UUID caller, StoredPassword verified, Client client) {
        Account account = lockedIfUnchanged(verified);
        if (account == null) {
            return new ActOutcome.HashReplaced<>();
        }
        if (sessions.accountOf(caller).isEmpty()) {
            return new ActOutcome.SessionEnded<>();
        }
        INSERT_DELETED_NAME
                .on(pool)
                .with("nameHash", nameHashes.hash(account.username))
                .update();
        sessions.endAllForDeletedAccount(account.id);
        account.delete();
        auditLog.record(new AuditEvent.AccountDeleted(account.id), client);
        return new ActOutcome.Done<>(account.id);
    }

    /**
     * Ends every session of the account of a live session, that session included. A login that is opening a session holds a lock on the
     * account's row, and is waited for.
     *
     * @param caller the session that asks for it
     */
    @Transactional
    public RevocationOutcome endSessions(UUID caller, Client client) {
        Optional<UUID> account = sessions.accountOf(caller).filter(this::lock);
        if (account.isEmpty()
                || sessions.accountOf(caller).isEmpty()) { // It may have ended while the lock was waited for.
            return RevocationOutcome.CALLER_ENDED;
        }
        sessions.endAllForHolder(account.get(), client);
        return RevocationOutcome.REVOKED;
    }

    /** Locks an account's row until the transaction ends. Returns false if there is none. */
    private boolean lock(UUID account) {
        return LOCK.on(pool)
                .with("id", account)
                .first(row -> row.getObject(1, UUID.class))
                .isPresent();
    }

    /** The account, with its row locked, if its hash is still the one that a password was verified against. */
    private static @Nullable Account lockedIfUnchanged(StoredPassword verified) {
        Account account = Account.findById(verified.accountId(), LockModeType.PESSIMISTIC_WRITE);
        return account != null && account.passwordHash.equals(verified.hash()) ? account : null;
    }

    /**
     * How an act ended that a verified password allows.
     *
     * @param <T> what comes of it
     */
    public sealed interface ActOutcome<T> {
        /** It is done; it is committed when the transaction is. */
        record Done<T>(T result) implements ActOutcome<T> {}

        /** The account is gone or has another hash by now. Nothing was changed. */
        record HashReplaced<T>() implements ActOutcome<T> {}

        /** The session that asked for it is not live. Nothing was changed. */
        record SessionEnded<T>() implements ActOutcome<T> {}
    }

    /** How a registration ended. */
    public sealed interface SignUpOutcome {
        /** The account exists now, since an instant that the database has stamped. */
        record Registered(Username username, Instant createdAt) implements SignUpOutcome {}

        /**
         * The name is taken. Nothing was stored.
         *
         * @param owner the account that has it; empty when one had it that has been deleted
         */
        record NameTaken(Optional<UUID> owner) implements SignUpOutcome {}

        /** Too many sign-ups were tried from the client's network. Nothing was hashed or stored. */
        record TooManyAttempts(Duration retryAfter) implements SignUpOutcome {}
    }
}
