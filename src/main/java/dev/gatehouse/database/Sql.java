package dev.gatehouse.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * A statement with named parameters such as {@code :id}. It is parsed once and is immutable, so a class keeps each of its
 * statements in a constant.
 */
public final class Sql {
    /** A colon in a literal, a quoted name, a comment or a cast begins no parameter. */
    private static final Pattern TOKEN = Pattern.compile("'[^']*'|\"[^\"]*\"|--.*|::|:(?<name>[A-Za-z]\\w*)");

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
    public SqlCall on(DataSource pool) {
        return new SqlCall(this, new SqlCall.OfPool(pool));
    }

    /** Prepares a run on a connection of the caller, which stays open. */
    public SqlCall on(Connection connection) {
        return new SqlCall(this, new SqlCall.OfCaller(connection));
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
}
