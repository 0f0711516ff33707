package dev.gatehouse.database;

import java.sql.Connection;
import java.util.List;

/**
 * Checks that the service's role has the rights on tables that the service's statements need. Without this
 * check, the first call that needs a missing right would find it.
 */
final class DatabaseRights {
    /**
     * A table that does not exist is no missing right. {@code FOR UPDATE} needs UPDATE. Postgres skips a schema of the search path in which
     * the role may not look.
     */
    private static final Sql ON_SCHEMA = Sql.of("""
            SELECT kind || ' on table ' || relation
            FROM (VALUES
                    ('account', ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
                    ('audit_event', ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
                    ('deleted_name', ARRAY['SELECT', 'INSERT']),
                    ('service_key', ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
                    ('session', ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
                    ('throttle_bucket', ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
                    (quote_ident(:history), ARRAY['SELECT'])
                ) AS needed (relation, kinds), unnest(kinds) AS kind
            WHERE NOT has_table_privilege(to_regclass(relation), kind)
            UNION ALL
            SELECT 'USAGE on schema public' WHERE current_schema() IS NULL
            ORDER BY 1""");

    private static final Sql TO_MIGRATE = Sql.of("""
            SELECT 'USAGE on schema public' WHERE current_schema() IS NULL
            UNION ALL
            SELECT 'CREATE on schema ' || current_schema() WHERE NOT has_schema_privilege(current_schema(), 'CREATE')""");

    private DatabaseRights() {}

    /**
     * Returns what the role lacks to work with the tables that exist, such as {@code INSERT on table account}.
     *
     * @param history Flyway's table
     */
    static List<String> missing(Connection connection, String history) {
        return ON_SCHEMA.on(connection).with("history", history).list(row -> row.getString(1));
    }

    /** Returns what the role lacks to make tables. */
    static List<String> missingToMigrate(Connection connection) {
        return TO_MIGRATE.on(connection).list(row -> row.getString(1));
    }
}
