package dev.gatehouse.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Sql;
import dev.gatehouse.client.Client;
import dev.gatehouse.key.NameHashes;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stands in the audit after an act, in the table and in the log. */
@QuarkusTest
class AuditTest {
    private static final String PASSWORD = "a long enough password";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Inject
    Sql sql;

    @Inject
    NameHashes nameHashes;

    @Inject
    AuditLog auditLog;

    @Inject
    DataSource pool;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler collector = new Handler() {
        @Override
        public void publish(LogRecord record) {
            lines.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);
    private UUID account = new UUID(0, 0);

    @BeforeEach
    void signUp() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        account = UUID.fromString(sql.text("SELECT id FROM account WHERE username = ?", username));
        Logger.getLogger("gatehouse.audit").addHandler(collector);
    }

    @AfterEach
    void stopCollecting() {
        Logger.getLogger("gatehouse.audit").removeHandler(collector);
    }

    @Test
    void eachActIsOneEventInItsOrder() {
        Answer login = api.login(username, PASSWORD);
        api.refresh(login.refreshToken());
        api.login(username, "a wrong password");
        api.signUp(username, PASSWORD);
        Answer other = api.login(username, PASSWORD);
        api.call("DELETE", "/sessions/" + other.session()).bearer(login.token()).send();
        api.changePassword(login.token(), "a wrong password", "another long password");
        Answer changed = api.changePassword(login.token(), PASSWORD, "another long password");
        api.logOut(changed.token());
        Answer last = api.login(username, "another long password");
        api.call("DELETE", "/sessions").bearer(last.token()).send();
        Answer deleter = api.login(username, "another long password");
        api.deleteAccount(deleter.token(), "another long password");
        List<String> expected = List.of(
                "signup",
                "login " + login.session(),
                "login_failed",
                "signup_refused",
                "login " + other.session(),
                "session_revoked " + other.session(),
                "password_refused " + login.session(),
                "password_changed " + changed.session(),
                "logout " + changed.session(),
                "login " + last.session(),
                "session_revoked " + last.session(),
                "login " + deleter.session(),
                "account_deleted");
        assertThat(sql.rows(
                        "SELECT concat_ws(' ', event, session_id) AS event FROM audit_event WHERE account_id = ? ORDER BY id",
                        account))
                .extracting(row -> row.get("event"))
                .isEqualTo(expected);
        assertThat(logged())
                .extracting(line -> (line.path("event").asText() + " "
                                + line.path("session").asText())
                        .strip())
                .isEqualTo(expected.subList(1, expected.size()));
        assertThat(logged()).extracting(line -> line.path("account").asText()).containsOnly(account.toString());
    }

    @Test
    void theEventsOfOneActAreLoggedInTheOrderOfTheTable() {
        Answer login = api.login(username, PASSWORD);
        for (int n = 0; n < 5; n++) {
            api.login(username, PASSWORD);
        }
        lines.clear();
        api.call("DELETE", "/sessions").bearer(login.token()).send();
        assertThat(logged()).hasSize(6);
        assertThat(sql.rows(
                        "SELECT CAST(session_id AS text) FROM audit_event WHERE account_id = ? AND event = 'session_revoked'"
                                + " ORDER BY id",
                        account))
                .extracting(row -> row.get("session_id"))
                .isEqualTo(logged().stream()
                        .map(line -> (Object) line.path("session").asText())
                        .toList());
    }

    /** People type passwords into the wrong field. */
    @Test
    void aNameThatIsNoAccountIsStoredOnlyAsAKeyedHash() {
        String typed = "pass-" + UUID.randomUUID();
        api.login(typed, PASSWORD);
        String hash = HexFormat.of().formatHex(nameHashes.hash(typed));
        assertThat(sql.number(
                        "SELECT count(*) FROM audit_event WHERE event = 'login_failed' AND name_hash = decode(?, 'hex')"
                                + " AND account_id IS NULL",
                        hash))
                .isEqualTo(1);
        assertThat(logged()).singleElement().satisfies(line -> {
            assertThat(line.path("event").asText()).isEqualTo("login_failed");
            assertThat(line.path("name_hash").asText()).isEqualTo(hash);
            assertThat(line.has("account")).isFalse();
        });
        assertThat(lines.toString()).doesNotContain(typed);
    }

    @Test
    void aDeletedNameIsStoredOnlyAsAKeyedHash() {
        api.deleteAccount(api.login(username, PASSWORD).token(), PASSWORD);
        api.signUp(username, PASSWORD);
        assertThat(sql.number(
                        "SELECT count(*) FROM audit_event WHERE event = 'signup_refused' AND name_hash = decode(?, 'hex')"
                                + " AND account_id IS NULL",
                        HexFormat.of().formatHex(nameHashes.hash(username))))
                .isEqualTo(1);
        assertThat(lines.toString()).doesNotContain(username);
    }

    @Test
    void whateverAClientCallsItselfOneEventIsOneLine() {
        Client client = new Client("192.0.2.1", Optional.of("a\"}\u2028{\"event\":\"forged\u202e\u00e4"));
        auditLog.record(new AuditEvent.AccountDeleted(account), client);
        assertThat(lines).singleElement().asString().matches("[ -~]+");
        assertThat(logged().getFirst().path("user_agent").asText())
                .isEqualTo(client.userAgent().orElseThrow());
        assertThat(logged().getFirst().path("event").asText()).isEqualTo("account_deleted");
    }

    @Test
    void whatIsRolledBackIsNeitherStoredNorLogged() {
        Client client = new Client("192.0.2.1", Optional.empty());
        QuarkusTransaction.begin();
        auditLog.record(new AuditEvent.AccountDeleted(account), client);
        QuarkusTransaction.rollback();
        assertThat(lines).isEmpty();
        assertThat(sql.number(
                        "SELECT count(*) FROM audit_event WHERE account_id = ? AND event = 'account_deleted'", account))
                .isZero();
    }

    @Test
    void theTableOnlyGrows() {
        assertRefused("UPDATE audit_event SET event = 'x' WHERE account_id = ?");
        assertRefused("DELETE FROM audit_event WHERE account_id = ?");
        assertThatThrownBy(() -> sql.update("TRUNCATE audit_event")).hasMessageContaining("append-only");
    }

    private void assertRefused(String statement) {
        assertThatThrownBy(() -> sql.update(statement, account)).hasMessageContaining("append-only");
    }

    @Test
    void eventsAreRemovedOnceTheirRetentionIsOver() {
        UUID old = UUID.randomUUID();
        String insert = "INSERT INTO audit_event (recorded_at, event, account_id)"
                + " SELECT clock_timestamp() - make_interval(days => 90) + make_interval(secs => ?), 'login', ?"
                + " FROM generate_series(1, 3)";
        sql.update(insert, -1.0, old);
        sql.update(insert, 60.0, account);
        assertThat(auditLog.removeOlderThan(Duration.ofDays(90), 2)).isEqualTo(2);
        assertThat(auditLog.removeOlderThan(Duration.ofDays(90), 2)).isEqualTo(1);
        assertThat(auditLog.removeOlderThan(Duration.ofDays(90), 2)).isZero();
        assertThat(sql.number("SELECT count(*) FROM audit_event WHERE account_id = ?", old))
                .isZero();
        assertThat(sql.number("SELECT count(*) FROM audit_event WHERE account_id = ?", account))
                .isEqualTo(4);
    }

    /** In a zone whose summer time has ended an hour ago, a day by the calendar has 25 hours. */
    @Test
    void anEventIsKeptFor24HoursWhenClocksGoBack() {
        String zone = sql.text("""
                SELECT format('WINTER0SUMMER-1,%s,%s/%s', (today + 182) % 365, today, to_char(now, 'HH24:MI:SS'))
                FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) AS utc,
                    LATERAL (SELECT CAST(extract(doy FROM now) AS integer) - 1 AS today) AS day
                """);
        UUID old = UUID.randomUUID();
        String insert = "INSERT INTO audit_event (recorded_at, event, account_id)"
                + " VALUES (clock_timestamp() - make_interval(hours => 24) + make_interval(secs => ?), 'login', ?)";
        sql.update(insert, -1.0, old);
        sql.update(insert, 60.0, account);

        int removed = QuarkusTransaction.requiringNew().call(() -> {
            dev.gatehouse.database.Sql.of("SET LOCAL TIME ZONE '" + zone + "'")
                    .on(pool)
                    .update();
            return auditLog.removeOlderThan(Duration.ofDays(1), 500);
        });

        assertThat(removed).isPositive();
        String count = "SELECT count(*) FROM audit_event WHERE account_id = ?";
        assertThat(sql.number(count, old)).isZero();
        assertThat(sql.number(count, account)).isPositive();
        assertThatThrownBy(() -> sql.update("DELETE FROM audit_event WHERE account_id = ?", account))
                .hasMessageContaining("append-only");
    }

    private List<JsonNode> logged() {
        return lines.stream().map(AuditTest::json).toList();
    }

    private static JsonNode json(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(line, e);
        }
    }
}
