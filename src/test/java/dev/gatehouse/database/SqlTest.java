package dev.gatehouse.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatehouse.StatementLog;
import io.agroal.api.AgroalDataSource;
import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on the tests' pool of one connection, so a connection that is not given back fails the next statement. */
@QuarkusTest
class SqlTest {
    private static final Sql ECHO = Sql.of("SELECT CAST(:value AS text)");
    private static final Sql NUMBERS = Sql.of("SELECT generate_series(1, :last)");
    private static final Sql PID = Sql.of("SELECT pg_backend_pid()");
    private static final Sql INSERT = Sql.of("INSERT INTO deleted_name (name_hash) VALUES (:hash)");
    private static final Sql COUNT = Sql.of("SELECT count(*) FROM deleted_name WHERE name_hash = :hash");

    @Inject
    AgroalDataSource pool;

    @Inject
    OwnConnections ownConnections;

    private final byte[] hash = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    a = :a AND b = :b OR a = :a         | a = ? AND b = ? OR a = ?        | a b a
                    make_interval(secs => :idle)        | make_interval(secs => ?)        | idle
                    a = ':x' AND b = 'it''s :y'         | a = ':x' AND b = 'it''s :y'     | ``
                    a = '\\$1' AND b = :b_2              | a = '\\$1' AND b = ?             | b_2
                    ":quoted" = :a                      | ":quoted" = ?                   | a
                    CAST(:a AS text) = :b::text         | CAST(? AS text) = ?::text       | a b
                    f(x := :a), '12:30'                 | f(x := ?), '12:30'              | a
                    :a -- not :this                     | ? -- not :this                  | a
                    """)
    void aStatementIsParsedIntoQuestionMarksAndNames(String text, String positional, String names) {
        Sql sql = Sql.of(text);
        assertThat(sql.text()).isEqualTo(positional);
        assertThat(String.join(" ", sql.names())).isEqualTo(names);
    }

    @Test
    void aParameterThatOccursTwiceIsGivenOnce() {
        Sql sum = Sql.of("SELECT CAST(:n AS integer) + CAST(:n AS integer)");
        assertThat(sum.on(pool).with("n", 21).first(row -> row.getInt(1))).contains(42);
    }

    @Test
    void anUnknownParameterIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ECHO.on(pool).with("other", "secret"))
                .withMessage("no parameter :other in SELECT CAST(? AS text)");
    }

    @Test
    void aMissingParameterIsRefusedBeforeAConnectionIsTaken() throws SQLException {
        try (Connection only = pool.getConnection()) {
            assertThat(only.isValid(1)).isTrue();
            assertThatIllegalStateException()
                    .isThrownBy(() -> ECHO.on(pool).first(row -> row.getString(1)))
                    .withMessage("no value for :value in SELECT CAST(? AS text)");
        }
    }

    @Test
    void eachTypeOfValueArrives() {
        UUID id = UUID.randomUUID();
        assertThat(echo(ECHO.on(pool).with("value", "text"))).contains("text");
        assertThat(echo(ECHO.on(pool).with("value", id))).contains(id.toString());
        assertThat(echo(ECHO.on(pool).with("value", 1))).contains("1");
        assertThat(echo(ECHO.on(pool).with("value", Long.MAX_VALUE))).contains("9223372036854775807");
        assertThat(echo(ECHO.on(pool).with("value", 0.5))).contains("0.5");
        assertThat(echo(ECHO.on(pool).with("value", true))).contains("true");
        assertThat(echo(ECHO.on(pool).with("value", new byte[] {1, -1}))).contains("\\x01ff");
    }

    private static Optional<String> echo(Sql.Call call) {
        return call.first(row -> row.getString(1));
    }

    @Test
    void aNullOfEachTypeArrivesAsNull() {
        Sql isNull = Sql.of("SELECT CAST(:text AS text) IS NULL AND CAST(:id AS uuid) IS NULL"
                + " AND CAST(:number AS double precision) IS NULL AND CAST(:bytes AS bytea) IS NULL");
        assertThat(isNull.on(pool)
                        .with("text", (String) null)
                        .with("id", (UUID) null)
                        .with("number", (Double) null)
                        .with("bytes", (byte[]) null)
                        .first(row -> row.getBoolean(1)))
                .contains(true);
    }

    /** The type of the statement's parameter would be text otherwise, or could not be found. */
    @Test
    void aNullHasTheTypeOfItsOtherValues() {
        Sql type = Sql.of("SELECT CAST(pg_typeof(:value) AS text)");
        assertThat(echo(type.on(pool).with("value", (String) null))).contains("character varying");
        assertThat(echo(type.on(pool).with("value", (Double) null))).contains("double precision");
        assertThat(echo(type.on(pool).with("value", (byte[]) null))).contains("bytea");
    }

    @Test
    void anArrayArrivesWithItsElements() {
        Sql elements = Sql.of("SELECT CAST(unnest(:values) AS text)");
        assertThat(elements(elements, new Sql.Array("text", List.of("a", "b,c"))))
                .containsExactly("a", "b,c");
        assertThat(elements(elements, new Sql.Array("integer", List.of(1, 2)))).containsExactly("1", "2");
        assertThat(elements(elements, new Sql.Array("float8", List.of(0.5)))).containsExactly("0.5");
        assertThat(elements(elements, new Sql.Array("bytea", List.of(new byte[] {1}, new byte[] {2}))))
                .containsExactly("\\x01", "\\x02");
        assertThat(elements(elements, new Sql.Array("bytea", List.of()))).isEmpty();
    }

    private List<String> elements(Sql sql, Sql.Array values) {
        return sql.on(pool).with("values", values).list(row -> row.getString(1));
    }

    @Test
    void rowsAreReadAllOrTheFirstOrNone() {
        assertThat(NUMBERS.on(pool).with("last", 3).list(row -> row.getInt(1))).containsExactly(1, 2, 3);
        assertThat(NUMBERS.on(pool).with("last", 3).first(row -> row.getInt(1))).contains(1);
        assertThat(NUMBERS.on(pool).with("last", 0).list(row -> row.getInt(1))).isEmpty();
        assertThat(NUMBERS.on(pool).with("last", 0).first(row -> row.getInt(1))).isEmpty();
    }

    @Test
    void anUpdateCountsItsRowsAndCommitsWhereNoTransactionRuns() throws SQLException {
        assertThat(INSERT.on(pool).with("hash", hash).update()).isEqualTo(1);
        assertThat(countOnAnotherConnection()).isEqualTo(1);
        Sql delete = Sql.of("DELETE FROM deleted_name WHERE name_hash = :hash");
        assertThat(delete.on(pool).with("hash", hash).update()).isEqualTo(1);
        assertThat(delete.on(pool).with("hash", hash).update()).isZero();
    }

    private int countOnAnotherConnection() throws SQLException {
        try (Connection other = ownConnections.open()) {
            return COUNT.on(other)
                    .with("hash", hash)
                    .first(row -> row.getInt(1))
                    .orElseThrow();
        }
    }

    @Test
    void whatAStatementReturnsCanBeIgnored() {
        Sql.of("SELECT pg_sleep(0)").on(pool).execute();
        Sql.of("SET application_name = ''").on(pool).execute();
        Sql.of("RESET application_name").on(pool).execute();
    }

    @Test
    void aTransactionIsJoinedOnTheConnectionOfHibernate() {
        QuarkusTransaction.requiringNew().run(() -> {
            Object hibernates = Panache.getEntityManager()
                    .createNativeQuery("SELECT pg_backend_pid()", Integer.class)
                    .getSingleResult();
            assertThat(PID.on(pool).first(row -> (Object) row.getInt(1))).contains(hibernates);
        });
    }

    @Test
    void whatWasDoneIsRolledBackWithTheTransaction() throws SQLException {
        assertThatIllegalStateException()
                .isThrownBy(() -> QuarkusTransaction.requiringNew().run(() -> {
                    INSERT.on(pool).with("hash", hash).update();
                    assertThat(COUNT.on(pool).with("hash", hash).first(row -> row.getInt(1)))
                            .contains(1);
                    throw new IllegalStateException("a fault");
                }));
        assertThat(countOnAnotherConnection()).isZero();
    }

    @Test
    void theCallersConnectionStaysOpen() throws SQLException {
        try (Connection connection = ownConnections.open()) {
            Optional<Integer> first = PID.on(connection).first(row -> row.getInt(1));
            assertThat(PID.on(connection).first(row -> row.getInt(1))).isEqualTo(first);
            assertThat(connection.isClosed()).isFalse();
        }
    }

    @Test
    void aFaultHasTheDriversExceptionAsItsCauseAndNoParameter() {
        Sql division = Sql.of("SELECT 1 / CAST(:text AS integer)");
        DatabaseException fault = catchThrowableOfType(
                DatabaseException.class,
                () -> division.on(pool).with("text", "secret").execute());
        assertThat(fault).hasMessage("cannot run SELECT 1 / CAST(? AS integer)");
        assertThat(fault.getCause())
                .isInstanceOfSatisfying(
                        SQLException.class,
                        cause -> assertThat(cause.getSQLState()).isEqualTo("22P02"));
        assertThat(fault.isPoolBusy()).isFalse();
        assertThat(DatabaseFaults.isUnavailable(fault)).isFalse();
        assertThat(DatabaseFaults.type(fault)).isEqualTo("PSQLException");
    }

    @ParameterizedTest
    @ValueSource(strings = {"57014", "25006"})
    void aDatabaseThatCannotBeUsedIsFoundAsTheCause(String state) {
        Sql raise = Sql.of("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '" + state + "'; END $$");
        assertThatThrownBy(() -> raise.on(pool).execute())
                .isInstanceOf(DatabaseException.class)
                .satisfies(
                        fault -> assertThat(DatabaseFaults.isUnavailable(fault)).isTrue());
    }

    @Test
    void aBusyPoolIsToldFromAFaultOfTheDatabase() throws SQLException {
        try (AgroalDataSource narrow = TestConnections.pool(pool, 1, Duration.ofMillis(100));
                Connection only = narrow.getConnection()) {
            assertThat(only.isValid(1)).isTrue();
            DatabaseException fault = catchThrowableOfType(
                    DatabaseException.class, () -> PID.on(narrow).execute());
            assertThat(fault.isPoolBusy()).isTrue();
            assertThat(DatabaseFaults.isUnavailable(fault)).isTrue();
        }
    }

    @Test
    void aConnectionIsGivenBackAfterAFaultOfTheReader() {
        assertThatIllegalStateException()
                .isThrownBy(() -> PID.on(pool).first(row -> {
                    throw new IllegalStateException("the reader's");
                }));
        assertThat(PID.on(pool).first(row -> row.getInt(1))).isPresent();
    }

    @Test
    void aStatementOfThePoolIsLoggedInOneLineWithoutItsParameters() throws SQLException {
        Sql lines = Sql.of("""
                SELECT CAST(:a AS text)
                    WHERE true
                """);
        try (Connection own = ownConnections.open()) {
            assertThat(StatementLog.during(() -> {
                        lines.on(own).with("a", "secret").execute();
                        lines.on(pool).with("a", "secret").execute();
                    }))
                    .containsExactly("SELECT CAST(? AS text) WHERE true");
        }
    }
}
