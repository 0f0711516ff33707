package dev.gatehouse.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A statement with named parameters such as {@code :id}. It is parsed once and is immutable, so a class keeps each of its
 * statements in a constant.
 */
public final class Sql {
    /** A colon begins no parameter in a plain literal, a quoted name, a comment to the end of the line or a cast. */
    private static final Pattern TOKEN = Pattern.compile("'[^']*'|\"[^\"]*\"|--.*|::|:(?<name>[A-Za-z]\\w*)");

    private static final double MILLIS = 1000;

    private static final Logger LOG = Logger.getLogger(Sql.class);

    private final String text;
    private final List<String> names;

    private Sql(String text, List<String> names) {
        this.text = text;
        this.names = List.copyOf(names);
    }

    /**
     * Reads one row. It must not move to another row.
     *
     * @param <T> what a row becomes
     */
    @FunctionalInterface
    public interface RowReader<T> {
        /** Returns the value of the current row. */
        T read(ResultSet row) throws SQLException;
    }

    /**
     * The value of a parameter that is a Postgres array.
     *
     * @param type the name of the elements' Postgres type, such as {@code text}
     */
    public record Array(String type, List<?> values) {
        /** The driver takes {@code byte[]} elements only in an array of that type. */
        Object[] elements() {
            return type.equals("bytea") ? values.toArray(byte[][]::new) : values.toArray();
        }
    }

    /** Parses a statement. A parameter may occur more than once. */
    public static Sql of(String text) {
        List<String> names = new ArrayList<>();
        String positional = TOKEN.matcher(text).replaceAll(token -> {
            String name = token.group("name");
            if (name == null) {
                return Matcher.quoteReplacement(token.group());
            }
            names.add(name);
            return "?";
        });
        return new Sql(positional, names);
    }

    /**
     * Prepares a run on a connection of a pool. If a transaction is active, that is the transaction's connection, which
     * Hibernate uses as well. Otherwise the statement commits at once. The run takes the connection and gives it back.
     */
    public Call on(DataSource pool) {
        return new Call(this, new Call.OfPool(pool));
    }

    /** Prepares a run in a transaction. */
    public Call on(Transaction transaction) {
        return new Call(this, new Call.OfTransaction(transaction.connection()));
    }

    /** Prepares a run on a connection of the caller, which stays open. */
    public Call on(Connection connection) {
        return new Call(this, new Call.OfCaller(connection));
    }

    /** Returns the statement as the driver takes it, with a question mark for each parameter. */
    String text() {
        return text;
    }

    /** Returns the names of the parameters in their order, one for each question mark. */
    List<String> names() {
        return names;
    }

    /** Returns the statement in one line, with a question mark for each parameter. */
    @Override
    public String toString() {
        return text.replaceAll("\\s+", " ").strip();
    }

    /**
     * One run of a statement, with the values of its parameters. For use by one thread, once.
     *
     * <p>Each method that runs the statement blocks. It throws {@link DatabaseException} if the database refuses the statement
     * or no connection is free, and {@link IllegalStateException} if a parameter has no value.
     *
     * <p>A null is sent with the same type as the other values of its method, except for a UUID. The driver prepares a statement
     * again whenever the type of a parameter changes.
     */
    public static final class Call {
        private final Sql sql;
        private final Source source;
        private final Map<String, Binder> values = new HashMap<>();

        Call(Sql sql, Source source) {
            this.sql = sql;
            this.source = source;
        }

        /** Where a statement runs. */
        sealed interface Source {}

        /** On a connection of a pool, which is given back. */
        record OfPool(DataSource pool) implements Source {}

        /** On a connection of a pool, which the transaction gives back. */
        record OfTransaction(Connection connection) implements Source {}

        /** On a connection that the caller owns. */
        record OfCaller(Connection connection) implements Source {}

        private interface Binder {
            void bind(PreparedStatement statement, int index) throws SQLException;
        }

        private interface Execution<T> {
            T of(PreparedStatement statement) throws SQLException;
        }

        /**
         * Sets a parameter, as all methods of this name do.
         *
         * @throws IllegalArgumentException if the statement has no parameter of this name
         */
        public Call with(String name, @Nullable String value) {
            return bound(name, (statement, index) -> statement.setString(index, value));
        }

        /** Sends a null without a type: the driver would have to ask the database for the type's number. */
        public Call with(String name, @Nullable UUID value) {
            return bound(name, (statement, index) -> statement.setObject(index, value, Types.OTHER));
        }

        public Call with(String name, int value) {
            return bound(name, (statement, index) -> statement.setInt(index, value));
        }

        public Call with(String name, long value) {
            return bound(name, (statement, index) -> statement.setLong(index, value));
        }

        public Call with(String name, @Nullable Double value) {
            return bound(name, (statement, index) -> statement.setObject(index, value, Types.DOUBLE));
        }

        /** Sends seconds, to the millisecond, as {@code make_interval(secs => ...)} takes them. */
        public Call with(String name, Duration value) {
            return with(name, Double.valueOf(value.toMillis() / MILLIS));
        }

        public Call with(String name, boolean value) {
            return bound(name, (statement, index) -> statement.setBoolean(index, value));
        }

        public Call with(String name, byte @Nullable [] value) {
            return bound(name, (statement, index) -> statement.setBytes(index, value));
        }

        public Call with(String name, Array value) {
            return bound(
                    name,
                    (statement, index) -> statement.setArray(
                            index, statement.getConnection().createArrayOf(value.type(), value.elements())));
        }

        private Call bound(String name, Binder value) {
            if (!sql.names().contains(name)) {
                throw new IllegalArgumentException("no parameter :" + name + " in " + sql);
            }
            values.put(name, value);
            return this;
        }

        /** Runs the statement and returns all rows. */
        public <T> List<T> list(RowReader<T> reader) {
            return run(statement -> {
                try (ResultSet row = statement.executeQuery()) {
                    List<T> rows = new ArrayList<>();
                    while (row.next()) {
                        rows.add(reader.read(row));
                    }
                    return Collections.unmodifiableList(rows); // Without a copy: there may be a million.
                }
            });
        }

        /** Runs the statement and returns its first row; empty if it has none. */
        public <T> Optional<T> first(RowReader<T> reader) {
            return run(statement -> {
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? Optional.of(reader.read(row)) : Optional.empty();
                }
            });
        }

        /** Runs a statement that returns no rows, and returns how many rows it changed. */
        public int update() {
            return run(PreparedStatement::executeUpdate);
        }

        /** Runs the statement and ignores what it returns. */
        public void execute() {
            run(PreparedStatement::execute);
        }

        private <T> T run(Execution<T> execution) {
            sql.names().forEach(this::value); // Before a connection is taken.
            if (LOG.isDebugEnabled()) {
                LOG.debug("connection=" + (source instanceof OfCaller ? "own" : "pool") + " statement=" + sql);
            }
            try {
                return switch (source) {
                    case OfPool(DataSource pool) -> onPool(pool, execution);
                    case OfTransaction(Connection connection) -> on(connection, execution);
                    case OfCaller(Connection connection) -> on(connection, execution);
                };
            } catch (SQLException e) {
                throw new DatabaseException(sql, e);
            }
        }

        private Binder value(String name) {
            Binder value = values.get(name);
            if (value == null) {
                throw new IllegalStateException("no value for :" + name + " in " + sql);
            }
            return value;
        }

        private <T> T onPool(DataSource pool, Execution<T> execution) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                return on(connection, execution);
            }
        }

        private <T> T on(Connection connection, Execution<T> execution) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(sql.text())) {
                int index = 0;
                for (String name : sql.names()) {
                    index++;
                    value(name).bind(statement, index);
                }
                return execution.of(statement);
            }
        }
    }
}
