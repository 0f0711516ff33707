package dev.gatehouse.account;

import dev.gatehouse.key.NameHashes;
import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The accounts in Postgres. */
@ApplicationScoped
public class Accounts {
    private final NameHashes nameHashes;

    Accounts(NameHashes nameHashes) {
        this.nameHashes = nameHashes;
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
    public Registration register(Username username, String passwordHash) {
        List<?> createdAt = Panache.getEntityManager()
                .createNativeQuery(
                        "INSERT INTO account (username, password_hash) VALUES (?1, ?2)"
                                + " ON CONFLICT (username) DO NOTHING RETURNING created_at",
                        Instant.class)
                .setParameter(1, username.text())
                .setParameter(2, passwordHash)
                .getResultList();
        if (createdAt.isEmpty()) {
            return new Registration.NameTaken();
        }
        if (wasDeleted(username)) {
            QuarkusTransaction.setRollbackOnly();
            return new Registration.NameTaken();
        }
        return new Registration.Registered(username, (Instant) createdAt.getFirst());
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
     * <p>Reads columns and not the entity: a request's second read would get the first one's instance back.
     */
    public Optional<StoredPassword> storedPassword(Username username) {
        return Account.find("username", username.text())
                .project(StoredPassword.class)
                .firstResultOptional();
    }

    /**
     * Confirms, with the account's row locked, that the hash which a password was verified against is still the stored
     * one.
     *
     * @param replacement a hash of the same password in today's form, to be stored instead; empty to leave it
     * @return false when the account is gone or has another hash by now; then nothing was changed
     */
    @Transactional
    public boolean confirm(StoredPassword verified, Optional<String> replacement) {
        Account account = Account.findById(verified.accountId(), LockModeType.PESSIMISTIC_WRITE);
        if (account == null || !account.passwordHash.equals(verified.hash())) {
            return false;
        }
        replacement.ifPresent(hash -> account.passwordHash = hash);
        return true;
    }
}
