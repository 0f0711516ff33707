package dev.gatehouse.audit;

import java.util.Optional;
import java.util.UUID;

/**
 * An act that someone may have to look into later. Accounts and sessions stand in it by id; a name that was tried is
 * hashed before it is stored.
 */
public sealed interface AuditEvent {
    /** An account was made. */
    record SignedUp(UUID account) implements AuditEvent {}

    /** A sign-up was tried with the name of this account. */
    record SignUpRefused(UUID account) implements AuditEvent {}

    /** A sign-up was tried with the name of an account that has been deleted. */
    record DeletedNameTried(String name) implements AuditEvent {}

    /** A name and a password were right, and a session began. */
    record LoggedIn(UUID account, UUID session) implements AuditEvent {}

    /**
     * A password was wrong for an account, or the name was none's.
     *
     * @param account whose name it is, where it is an account's
     */
    record LoginFailed(Optional<UUID> account, String name) implements AuditEvent {}

    /** A credential came back that had been exchanged before; the session was ended, whoever held its newer ones. */
    record RefreshReused(UUID account, UUID session) implements AuditEvent {}

    /** A client repeated an exchange whose response it had not received, later than the grace. */
    record RefreshRepeated(UUID account, UUID session) implements AuditEvent {}

    /** A session was ended by its own token. */
    record LoggedOut(UUID account, UUID session) implements AuditEvent {}

    /** A session was ended from another, or together with all others. */
    record SessionRevoked(UUID account, UUID session) implements AuditEvent {}

    /** A session was ended because its account had too many. */
    record SessionDisplaced(UUID account, UUID session) implements AuditEvent {}

    /** A password was changed; every session but this new one was ended. */
    record PasswordChanged(UUID account, UUID session) implements AuditEvent {}

    /** The holder of a token gave a wrong password for a change or a deletion. */
    record PasswordRefused(UUID account, UUID session) implements AuditEvent {}

    /**
     * Attempts have to wait: the first one that was refused within an hour.
     *
     * @param kind what was counted
     * @param account whose name was tried, where it is an account's
     * @param session whose holder tried
     * @param name that was tried
     */
    record Throttled(String kind, Optional<UUID> account, Optional<UUID> session, Optional<String> name)
            implements AuditEvent {}

    /** An account and its sessions were ended for good. */
    record AccountDeleted(UUID account) implements AuditEvent {}
}
