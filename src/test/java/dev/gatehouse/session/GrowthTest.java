package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Sql;
import dev.gatehouse.StatementLog;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What calls cost does not depend on how many sessions there are: the same statements, each by an index. */
@QuarkusTest
class GrowthTest {
    private static final String PASSWORD = "a long enough password";
    private static final int SESSIONS = 100_000;
    private static final int BATCH = 500;

    @Inject
    AgroalDataSource dataSource;

    @Inject
    Sql sql;

    @Inject
    Sessions sessions;

    private final UUID crowd = UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void connect() {
        api = new Api(RestAssured.port);
    }

    @AfterEach
    void removeTheCrowd() {
        sql.update("DELETE FROM session WHERE user_agent = ?", crowd.toString());
        sql.update("VACUUM ANALYZE session");
    }

    @Test
    void atAHundredThousandSessionsTheSameStatementsRunAndNoneReadsThemAll() {
        sweep();
        Map<String, List<String>> few = statements();
        insertCrowd();
        Map<String, List<String>> many = statements();
        assertThat(many).isEqualTo(few);
        assertThat(many.get("refresh")).hasSize(1);
        assertThat(many.get("sweep")).hasSize(1);
        many.forEach((call, statements) -> statements.forEach(statement -> {
            if (statement.contains("session") && !statement.startsWith("INSERT")) {
                assertThat(plan(statement)).as(call).contains("Index").doesNotContain("Seq Scan on session");
            }
        }));
    }

    /** So that Postgres can put the refreshed row beside its older self and leave every index alone. */
    @Test
    void noIndexKnowsAColumnThatARefreshChanges() {
        assertThat(sql.rows("SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index"
                        + " WHERE indrelid = CAST('session' AS regclass)"))
                .hasSize(4)
                .extracting(index -> String.valueOf(index.get("definition")))
                .noneMatch(
                        definition -> definition.matches(
                                ".*(generation|previous_left_at|refresh_token_used|last_used_at|idle_limit|exchange_hash|repeat).*"));
    }

    /** A tenth of them due: the clean-up removes those and touches no other. */
    @Test
    void theCleanUpTakesWhatIsDueInBatches() {
        sweep();
        insertCrowd();
        sql.update(
                "UPDATE session SET idle_limit = now() - interval '1 day', sweep_at = now() - interval '1 day'"
                        + " WHERE user_agent = ? AND right(id::text, 1) = '0'",
                crowd.toString());
        long due = sql.number("SELECT count(*) FROM session WHERE sweep_at < now()");
        List<String> statements = StatementLog.during(this::sweep);
        assertThat(statements).hasSize((int) (due / BATCH + 1));
        assertThat(sql.number("SELECT count(*) FROM session WHERE user_agent = ?", crowd.toString()))
                .isEqualTo(SESSIONS - due);
    }

    private Map<String, List<String>> statements() {
        String username = "user-" + UUID.randomUUID();
        api.signUp(username, PASSWORD);
        List<Answer> login = new ArrayList<>();
        Map<String, List<String>> statements = new LinkedHashMap<>();
        statements.put("login", StatementLog.during(() -> login.add(api.login(username, PASSWORD))));
        statements.put(
                "refresh",
                StatementLog.during(() -> api.refresh(login.getFirst().refreshToken())));
        statements.put(
                "grace", StatementLog.during(() -> api.refresh(login.getFirst().refreshToken())));
        statements.put(
                "list", StatementLog.during(() -> api.sessions(login.getFirst().token())));
        statements.put(
                "logout", StatementLog.during(() -> api.logOut(login.getFirst().token())));
        statements.put("sweep", StatementLog.during(this::sweep));
        return statements;
    }

    private void sweep() {
        int due = BATCH;
        while (due == BATCH) {
            due = sessions.sweep(BATCH);
        }
    }

    private void insertCrowd() {
        sql.update(
                "INSERT INTO session (id, account_id, subject, created_at, last_used_at, idle_limit, absolute_limit, sweep_at,"
                        + " user_agent, address) SELECT gen_random_uuid(), gen_random_uuid(), 'crowd', now(), now(),"
                        + " now() + interval '7 days', now() + interval '30 days', now() + interval '7 days', ?, '192.0.2.1'"
                        + " FROM generate_series(1, ?)",
                crowd.toString(),
                SESSIONS);
        sql.update("ANALYZE session");
    }

    /** The plan for any parameters, as a connection that has executed the statement often uses it. */
    private String plan(String statement) {
        int[] parameter = {0};
        String numbered = Pattern.compile("\\?").matcher(statement).replaceAll(question -> "\\$" + ++parameter[0]);
        return unprepared().rows("EXPLAIN (GENERIC_PLAN) " + numbered).stream()
                .map(row -> String.valueOf(row.values().iterator().next()))
                .collect(Collectors.joining("\n"));
    }

    /** Sends statements as text, with the parameters' numbers left in them. */
    private Sql unprepared() {
        return Sql.of(dataSource
                        .getConfiguration()
                        .connectionPoolConfiguration()
                        .connectionFactoryConfiguration()
                        .jdbcUrl()
                + "&preferQueryMode=simple");
    }
}
