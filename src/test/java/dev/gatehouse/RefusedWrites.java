package dev.gatehouse;

import org.junit.jupiter.api.function.Executable;

/** Lets the database refuse some changes of the throttle's rows. */
public final class RefusedWrites {
    private RefusedWrites() {}

    /**
     * Does something while changes are refused.
     *
     * @param condition in SQL, on the row as it was (OLD) and as it is to be (NEW)
     */
    public static void during(Sql sql, String condition, Executable action) throws Throwable {
        sql.update("""
                CREATE OR REPLACE FUNCTION refuse_write() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'refused by a test'; END $$""");
        sql.update("CREATE TRIGGER refuse_write BEFORE UPDATE ON throttle_bucket FOR EACH ROW WHEN (" + condition
                + ") EXECUTE FUNCTION refuse_write()");
        try {
            action.execute();
        } finally {
            sql.update("DROP TRIGGER refuse_write ON throttle_bucket");
        }
    }
}
