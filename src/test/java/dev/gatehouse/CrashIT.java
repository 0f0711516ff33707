package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left when a process dies in the middle of an act, and when more sessions have ended than a replica can hold. */
class CrashIT {
    private static final String PASSWORD = "a long enough password";
    private static final String NEW_PASSWORD = "another long password";

    @ParameterizedTest
    @ValueSource(strings = {"change", "deletion"})
    void aProcessThatDiesInAnActOnAnAccountLeavesNothingOfIt(String act) throws Exception {
        String url = TestPostgres.newDatabase();
        Sql sql = Sql.of(url);
        BiFunction<Api, String, Answer> call = act.equals("change")
                ? (api, token) -> api.changePassword(token, PASSWORD, NEW_PASSWORD)
                : (api, token) -> api.deleteAccount(token, PASSWORD);
        try (PackagedService dying = PackagedService.ready(url, Map.of("GATEHOUSE_PASSWORD_COST", "4"))) {
            dying.api().signUp("somebody", PASSWORD);
            Answer caller = dying.api().login("somebody", PASSWORD);
            Answer other = dying.api().login("somebody", PASSWORD);
            List<Map<String, @Nullable Object>> before = rows(sql);
            try (Connection holder = sql.open()) {
                holder.setAutoCommit(false);
                Sql.update(holder, "UPDATE session SET last_used_at = last_used_at WHERE id = ?", other.session());
                CompletableFuture<Answer> dead =
                        CompletableFuture.supplyAsync(() -> call.apply(dying.api(), caller.token()));
                Locks.awaitWaiterFor(holder, sql, dead); // It has written to the account by now.
                dying.kill();
                holder.rollback();
            }
            awaitNoOtherTransaction(sql);
            assertThat(rows(sql)).isEqualTo(before);
            try (PackagedService next = PackagedService.ready(url, Map.of("GATEHOUSE_PASSWORD_COST", "4"))) {
                assertThat(next.api().secret(other.token()).status()).isEqualTo(200);
                assertThat(next.api().refresh(other.refreshToken()).status()).isEqualTo(200);
                assertThat(call.apply(next.api(), caller.token()).status()).isBetween(200, 204);
                assertThat(next.api().secret(other.token()).problem()).isEqualTo("invalid-token");
            }
        }
    }

    private static List<Map<String, @Nullable Object>> rows(Sql sql) {
        return sql.rows("SELECT (SELECT password_hash FROM account), (SELECT count(*) FROM deleted_name),"
                + " (SELECT count(*) FROM session WHERE ended_at IS NULL), (SELECT count(*) FROM session),"
                + " (SELECT count(*) FROM audit_event)");
    }

    private static void awaitNoOtherTransaction(Sql sql) {
        Await.until(() -> sql.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND backend_xid IS NOT NULL")
                == 0);
    }

    @Test
    void whereMoreSessionsHaveEndedThanAReplicaHoldsItAsksTheDatabaseAndSaysSo() throws Exception {
        EmbeddedPostgres postgres = TestPostgres.start(0);
        try (PackagedService service = PackagedService.ready(
                postgres.getJdbcUrl("postgres", "postgres"),
                Map.of("GATEHOUSE_PASSWORD_COST", "4", "GATEHOUSE_SESSION_ENDED_LIMIT", "100"))) {
            Api api = service.api();
            api.signUp("somebody", PASSWORD);
            Answer live = api.login("somebody", PASSWORD);
            for (int n = 0; n < 100; n++) {
                api.logOut(api.login("somebody", PASSWORD).token());
            }
            assertThat(metrics(service)).contains("gatehouse_ended_sessions_complete 1.0");
            Answer ended = api.login("somebody", PASSWORD);
            api.logOut(ended.token());
            assertThat(api.secret(ended.token()).problem()).isEqualTo("invalid-token");
            assertThat(api.secret(live.token()).status()).isEqualTo(200);
            assertThat(metrics(service))
                    .contains("gatehouse_ended_sessions 100.0", "gatehouse_ended_sessions_complete 0.0");
            service.awaitLog("ended_sessions=overflow limit=100");
            postgres.close();
            assertThat(api.secret(live.token()).problem()).isEqualTo("database-unavailable");
            assertThat(api.secret("x").problem()).isEqualTo("invalid-token");
        } finally {
            postgres.close();
        }
    }

    private static String metrics(PackagedService service) {
        return service.management().call("GET", "/q/metrics").send().text();
    }
}
