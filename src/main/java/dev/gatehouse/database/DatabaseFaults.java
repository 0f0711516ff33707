package dev.gatehouse.database;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells a database that cannot be used at the moment from a fault of ours. */
public final class DatabaseFaults {
    static final String INSUFFICIENT_PRIVILEGE = "42501";
    static final String INVALID_PASSWORD = "28P01";
    private static final String UNDEFINED_TABLE = "42P01";

    /**
     * Classes and codes of SQLSTATE that say so: connection exceptions, refused authorization, a right that was taken away (the
     * watch names it, and it may come back), a missing database,
     * a server that is read-only after a fail-over, a transaction that stood still for too long or was chosen to end a
     * deadlock (with an operator's statement, say), a lock that was not to be had in time, exhausted resources, operator
     * intervention (a statement that took too long, too), system errors.
     */
    private static final Set<String> UNAVAILABLE =
            Set.of("08", "28", "3D", "40P01", "53", "55P03", "57", "58", "25006", "25P03", INSUFFICIENT_PRIVILEGE);

    private DatabaseFaults() {}

    /**
     * Looks at causes and at what was suppressed: a commit that fails because the server has died comes as a
     * {@code RollbackException} with the driver's exception suppressed.
     */
    public static boolean isUnavailable(@Nullable Throwable fault) {
        if (fault == null) {
            return false;
        }
        if (fault instanceof SQLException sql && isUnavailable(sql.getSQLState())) {
            return true;
        }
        return isUnavailable(fault.getCause())
                || Arrays.stream(fault.getSuppressed()).anyMatch(DatabaseFaults::isUnavailable);
    }

    /** Whether a table is not seen. That is a missing right, and no fault of ours, while the role lacks rights. */
    public static boolean isInvisibleTable(Throwable fault) {
        return find(fault, UNDEFINED_TABLE).isPresent();
    }

    /** Returns the exception with a SQLSTATE among the causes of a fault and what they suppressed. */
    static Optional<SQLException> find(@Nullable Throwable fault, String state) {
        if (fault == null) {
            return Optional.empty();
        }
        if (fault instanceof SQLException sql && state.equals(sql.getSQLState())) {
            return Optional.of(sql);
        }
        return Stream.concat(Stream.ofNullable(fault.getCause()), Arrays.stream(fault.getSuppressed()))
                .flatMap(cause -> find(cause, state).stream())
                .findFirst();
    }

    /** Returns the simple name of the fault's class; for a {@link DatabaseException}, of its cause's class. */
    public static String type(Throwable fault) {
        Throwable cause = fault instanceof DatabaseException ? fault.getCause() : null;
        return (cause == null ? fault : cause).getClass().getSimpleName();
    }

    /** What a fault is, by the types and states of its causes. */
    public static String describe(Throwable fault) {
        StringBuilder description = new StringBuilder();
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            description
                    .append(description.isEmpty() ? "" : " < ")
                    .append(cause.getClass().getSimpleName());
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                description.append(' ').append(sql.getSQLState());
            }
        }
        return description.toString();
    }

    /** The pool's own exceptions, of which running out of time is the usual one, come without a state. */
    private static boolean isUnavailable(@Nullable String state) {
        return state == null
                || UNAVAILABLE.contains(state)
                || (state.length() > 2 && UNAVAILABLE.contains(state.substring(0, 2)));
    }
}
