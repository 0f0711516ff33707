package dev.gatehouse.login;

import dev.gatehouse.account.Accounts;
import dev.gatehouse.account.Accounts.ActOutcome;
import dev.gatehouse.account.StoredPassword;
import dev.gatehouse.account.Username;
import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.Passwords;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.password.Verification;
import dev.gatehouse.problem.OverloadedException;
import dev.gatehouse.session.Subject;
import dev.gatehouse.throttle.AttemptOutcome;
import dev.gatehouse.throttle.Reservation;
import dev.gatehouse.throttle.ReservationOutcome;
import dev.gatehouse.throttle.Throttle;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Checks a password and does what a right one allows. An attempt is reserved before its password is verified, and settled before its
 * outcome is known to the caller. No connection is held while a password is verified. Names that no account has take the same way: the
 * same statements, and the same work (OWASP ASVS 5.0, 6.3.8).
 */
@Singleton
public class PasswordCheck {
    private static final Logger LOG = Logger.getLogger(PasswordCheck.class);

    /** A check starts over if the stored hash was replaced under it, as a login beside it does when it rewrites the hash. */
    private static final int TRIES = 3;

    private static final Duration SOON = Duration.ofSeconds(1);

    private final Accounts accounts;
    private final Passwords passwords;
    private final Throttle throttle;
    private final AuditLog auditLog;
    private final WaitingLines lines;
    private final MeterRegistry meters;

    PasswordCheck(
            Accounts accounts,
            Passwords passwords,
            Throttle throttle,
            AuditLog auditLog,
            WaitingLines lines,
            MeterRegistry meters) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.throttle = throttle;
        this.auditLog = auditLog;
        this.lines = lines;
        this.meters = meters;
    }

    /** Whose password it has to be. */
    public sealed interface Claimant {
        /** The account with a name, which may be none's. */
        record Named(Username username) implements Claimant {}

        /** The account of a session, whose holder gives the password once more. */
        record Holder(Subject subject) implements Claimant {}
    }

    /**
     * A password, and who gave it.
     *
     * @param call waits while the password is verified
     */
    public record Claim(Claimant claimant, Password password, Client client, PendingCall call) {}

    /**
     * What a right password allows.
     *
     * @param <T> what comes of it
     */
    @FunctionalInterface
    public interface Act<T> {
        /**
         * Acts in one transaction, unless the account has another hash by now.
         *
         * @param tries how often the act was done in vain because the account had another hash
         */
        ActOutcome<T> on(StoredPassword verified, int tries);
    }

    /**
     * How a check ended.
     *
     * @param <T> what comes of the act
     */
    public sealed interface PasswordCheckOutcome<T> {
        /** The password was right. The act is done and committed. */
        record Done<T>(T result) implements PasswordCheckOutcome<T> {}

        /** The password is not the account's, or there is no such account. Nothing was changed. */
        record WrongPassword<T>() implements PasswordCheckOutcome<T> {}

        /** Too many attempts have failed. Nothing was checked. */
        record TooManyAttempts<T>(Duration retryAfter) implements PasswordCheckOutcome<T> {}

        /** The holder's session is not live. Nothing was changed. */
        record SessionEnded<T>() implements PasswordCheckOutcome<T> {}

        /** Makes what came of the act into something else. */
        default <R> PasswordCheckOutcome<R> map(Function<T, R> function) {
            return switch (this) {
                case Done<T>(T result) -> new Done<>(function.apply(result));
                case WrongPassword<T> wrong -> new WrongPassword<>();
                case TooManyAttempts<T>(Duration retryAfter) -> new TooManyAttempts<>(retryAfter);
                case SessionEnded<T> ended -> new SessionEnded<>();
            };
        }
    }

    /**
     * Checks a password.
     *
     * @throws OverloadedException if the attempt could not be made in time, or the hash was replaced under each try; neither counts
     */
    public <T> PasswordCheckOutcome<T> check(Claim claim, Act<T> act) {
        Entry entry = reserve(claim);
        if (entry.attempt() instanceof ReservationOutcome.Crowded(String place)) {
            entry = reserveInTurn(claim, place);
        }
        return switch (entry.attempt()) {
            case ReservationOutcome.Blocked(Duration retryAfter) ->
                new PasswordCheckOutcome.TooManyAttempts<>(retryAfter);
            case ReservationOutcome.Crowded crowded -> {
                meters.counter("gatehouse.throttle.crowded").increment();
                throw new OverloadedException(SOON);
            }
            case ReservationOutcome.Allowed(Reservation reservation) ->
                settled(claim, entry.stored(), act, reservation);
        };
    }

    /**
     * An attempt, and the hash that was stored just before it was reserved. Afterwards nothing may be read before the attempt can be
     * settled.
     */
    private record Entry(ReservationOutcome attempt, Optional<StoredPassword> stored) {}

    private Optional<StoredPassword> stored(Claimant claimant) {
        return switch (claimant) {
            case Claimant.Named(Username username) -> accounts.storedPassword(username);
            case Claimant.Holder(Subject subject) -> accounts.storedPasswordOf(subject.sessionId());
        };
    }

    private Entry reserve(Claim claim) {
        Optional<StoredPassword> stored = stored(claim.claimant());
        ReservationOutcome attempt = switch (claim.claimant()) {
            case Claimant.Named(Username username) ->
                throttle.reserveLogin(username.text(), stored.map(StoredPassword::accountId), claim.client());
            case Claimant.Holder(Subject subject) ->
                throttle.reserveOwn(subject.username(), subject.sessionId(), claim.client());
        };
        return new Entry(attempt, stored);
    }

    /** An attempt that finds no place waits for one, no longer than its call may wait. */
    private Entry reserveInTurn(Claim claim, String crowdedPlace) {
        Entry entry = new Entry(new ReservationOutcome.Crowded(crowdedPlace), Optional.empty());
        try (WaitingLines.Turn turn = lines.join(crowdedPlace)) {
            claim.call().afterwards(turn::giveUp);
            while (entry.attempt() instanceof ReservationOutcome.Crowded
                    && turn.await(passwords.patience(claim.call()))) {
                entry = reserve(claim);
            }
        }
        return entry;
    }

    private <T> PasswordCheckOutcome<T> settled(
            Claim claim, Optional<StoredPassword> stored, Act<T> act, Reservation reservation) {
        PasswordCheckOutcome<T> outcome;
        try {
            outcome = verified(claim, stored, act);
        } catch (RuntimeException | Error e) { // After any fault the attempt has no outcome and is given back.
            settle(reservation, AttemptOutcome.NONE);
            throw e;
        }
        try {
            settle(reservation, outcomeOf(outcome));
        } finally { // Afterwards, so that no fault of the audit's gives a wrong guess back.
            if (outcome instanceof PasswordCheckOutcome.WrongPassword) {
                auditLog.record(wrongPassword(claim.claimant(), stored.map(StoredPassword::accountId)), claim.client());
            }
        }
        return outcome;
    }

    private void settle(Reservation reservation, AttemptOutcome outcome) {
        try {
            throttle.settle(reservation, outcome);
        } finally {
            lines.placeFree(reservation.places());
        }
    }

    private static AttemptOutcome outcomeOf(PasswordCheckOutcome<?> outcome) {
        return switch (outcome) {
            case PasswordCheckOutcome.Done<?> done -> AttemptOutcome.SUCCEEDED;
            case PasswordCheckOutcome.WrongPassword<?> wrong -> AttemptOutcome.FAILED;
            case PasswordCheckOutcome.SessionEnded<?> ended -> AttemptOutcome.NONE;
            case PasswordCheckOutcome.TooManyAttempts<?> blocked -> AttemptOutcome.NONE;
        };
    }

    private static AuditEvent wrongPassword(Claimant claimant, Optional<UUID> account) {
        return switch (claimant) {
            case Claimant.Named(Username username) -> new AuditEvent.LoginFailed(account, username.text());
            case Claimant.Holder(Subject subject) ->
                new AuditEvent.PasswordRefused(account.orElseThrow(), subject.sessionId());
        };
    }

    /**
     * A password that is changed while it is verified is verified again, so that a login which was on its way does not survive the
     * change.
     */
    private <T> PasswordCheckOutcome<T> verified(Claim claim, Optional<StoredPassword> found, Act<T> act) {
        Optional<StoredPassword> stored = found;
        for (int tries = 0; tries < TRIES; tries++) {
            if (tries > 0) {
                stored = stored(claim.claimant());
            }
            if (stored.isEmpty() && claim.claimant() instanceof Claimant.Holder) {
                return new PasswordCheckOutcome.SessionEnded<>();
            }
            Verification verification =
                    passwords.verify(claim.password(), stored.map(StoredPassword::hash), claim.call());
            if (verification != Verification.MATCHES) {
                warnIfUnreadable(verification, stored);
                return new PasswordCheckOutcome.WrongPassword<>();
            }
            switch (act.on(stored.orElseThrow(), tries)) {
                case ActOutcome.Done<T>(T result) -> {
                    return new PasswordCheckOutcome.Done<>(result);
                }
                case ActOutcome.SessionEnded<T> ended -> {
                    return new PasswordCheckOutcome.SessionEnded<>();
                }
                case ActOutcome.HashReplaced<T> replaced -> {} // Again, with the hash that is stored by now.
            }
        }
        throw new OverloadedException(SOON);
    }

    private static void warnIfUnreadable(Verification verification, Optional<StoredPassword> stored) {
        if (verification == Verification.UNREADABLE) {
            LOG.warnf(
                    "account=%s password_hash=unreadable effect=\"cannot log in\"",
                    stored.orElseThrow().accountId());
        }
    }
}
