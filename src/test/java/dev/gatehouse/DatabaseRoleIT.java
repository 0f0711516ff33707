package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The role that the service connects as: its name, its password and its rights. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseRoleIT {
    private static final String PASSWORD = "a long enough password";

    private final FaultyPostgres postgres = new FaultyPostgres();
    private final Sql sql = Sql.of(postgres.url());
    private final String host = postgres.url().replaceAll("/postgres\\?.*", "");
    private int databases;

    /** Every role but the operator's has to give its password. */
    DatabaseRoleIT() throws IOException, SQLException {
        Path access = postgres.data().resolve("pg_hba.conf");
        Files.writeString(access, "host all +roles all scram-sha-256\n" + Files.readString(access));
        sql.update("CREATE ROLE roles");
        postgres.execute("SELECT pg_reload_conf()");
    }

    @AfterAll
    void stop() throws IOException {
        postgres.close();
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** A role that needs its password, and a database that it owns, of the same name. */
    private void createOwner(String role, String password) {
        sql.update("CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE roles"
                .formatted(quoted(role), password.replace("'", "''")));
        sql.update("CREATE DATABASE db%d OWNER %s".formatted(++databases, quoted(role)));
    }

    private String url() {
        return host + "/db" + databases;
    }

    private Sql operator() {
        return Sql.of(url() + "?user=postgres");
    }

    private PackagedService listening(String role, String password) {
        return PackagedService.listening(Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL",
                url(),
                "QUARKUS_DATASOURCE_USERNAME",
                role,
                "QUARKUS_DATASOURCE_PASSWORD",
                password,
                "GATEHOUSE_PASSWORD_COST",
                "4",
                "LC_ALL",
                "C"));
    }

    private static Answer readiness(PackagedService service) {
        return service.management().call("GET", "/q/health/ready").send();
    }

    private static void awaitMissing(PackagedService service, String right) {
        Await.until(
                () -> {
                    Answer answer = readiness(service);
                    return answer.status() == 503 && answer.text().contains(right);
                },
                () -> readiness(service).text() + service.log());
    }

    /** Under no locale at all, which is how a container starts. */
    @ParameterizedTest
    @Tag("tools")
    @ValueSource(
            strings = {
                " $x $$ $${y} ${HOME} ${nowhere} ${a:b} ${aes-gcm-nopadding::c} \\$ \\\\ , \\, \" ' %s {} # = with blanks ",
                "$$",
                "  ",
                "\u00e4\u20ac\ud83d\udd11 beyond ASCII"
            })
    void theDatabasesPasswordIsTakenByteForByte(String password) {
        boolean ascii = password.chars().allMatch(character -> character < 0x80);
        Tools.assumePresent(
                "a locale of UTF-8, in which this JVM can pass the variable on",
                ascii || System.getProperty("sun.jnu.encoding").equals("UTF-8"));
        String role = "gate$$ ${house} " + databases;
        createOwner(role, password);
        try (PackagedService service = listening(role, password)) {
            service.awaitReady();
            assertThat(service.api().signUp("somebody", PASSWORD).status()).isEqualTo(201);
        }
    }

    @Test
    void aPasswordInTheUrlIsTakenAsItStandsThere() {
        createOwner("in-url", "a$$b${HOME}\\c");
        try (PackagedService service = PackagedService.ready(
                url() + "?user=in-url&password=a$$b${HOME}\\c", Map.of("GATEHOUSE_PASSWORD_COST", "4"))) {
            assertThat(service.log()).doesNotContain("a$$b");
        }
    }

    @Test
    void theLogSaysWhatToDoWhereTheDatabaseRefusesThePasswordAtTheStart() {
        createOwner("older", "the older one");
        try (PackagedService service = listening("older", "the newer one")) {
            service.awaitLog("password authentication failed for user");
            assertThat(service.log()).contains("its volume is empty").doesNotContain("the newer one");
            assertThat(service.api().login("somebody", PASSWORD).problem()).isEqualTo("starting");
            sql.update("ALTER ROLE \"older\" PASSWORD 'the newer one'");
            service.awaitReady();
        }
    }

    /** What docs/operations.md has an operator grant to a role that does not own the tables. */
    @Test
    void aRoleWithNoOtherRightsThanTheDocumentedOnesDoesEverything() {
        PackagedService limited = startedOnTablesOfAnother("limited", OperationsDocument.block("sql", "GRANT"));
        try (limited) {
            limited.awaitReady();
            UpgradeIT.walk(limited.api());
            Sql operator = operator();
            operator.update("INSERT INTO throttle_bucket (id, kind, expires_at) VALUES ('x', 'name', '2000-01-01')");
            operator.update("INSERT INTO audit_event (event, recorded_at) VALUES ('login', '2000-01-01')");
            operator.update(
                    "UPDATE session SET sweep_at = '2000-01-01', ended_at = '2000-01-01' WHERE ended_at IS NOT NULL");
            Await.until(() -> operator.number("SELECT count(*) FROM throttle_bucket WHERE expires_at < '2001-01-01'")
                            + operator.number("SELECT count(*) FROM audit_event WHERE recorded_at < '2001-01-01'")
                            + operator.number("SELECT count(*) FROM session WHERE sweep_at < '2001-01-01'")
                    == 0);
            assertThat(limited.log()).doesNotContain("42501", "permission denied", "swept=not");
        }
    }

    /** As a role that does not own the tables, which the owner's service has made, and has only these rights. */
    private PackagedService startedOnTablesOfAnother(String role, String grants) {
        createOwner("owner of " + role, "secret");
        try (PackagedService owner = listening("owner of " + role, "secret")) {
            owner.awaitReady();
        }
        sql.update("CREATE ROLE %s LOGIN PASSWORD 'secret' IN ROLE roles".formatted(role));
        Sql operator = operator();
        operator.update("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC");
        operator.update(grants.replace("gatehouse_runs", role));
        return listening(role, "secret");
    }

    @Test
    void aRoleThatOnlyReadsIsFoundAtTheStartAndEveryRightThatItLacksIsNamed() {
        PackagedService service =
                startedOnTablesOfAnother("reader", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
        try (service) {
            awaitMissing(service, "INSERT on table account");
            assertThat(readiness(service).text()).contains(everythingThatCanBeRefused());
            assertThat(service.api().signUp("somebody", PASSWORD).problem()).isEqualTo("starting");
            assertThat(service.log().lines().filter(line -> line.contains("the role lacks")))
                    .hasSize(1);
            Sql operator = operator();
            operator.update("GRANT ALL ON ALL TABLES IN SCHEMA public TO reader");
            operator.update("GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO reader");
            service.awaitReady();
            assertThat(service.api().signUp("somebody", PASSWORD).status()).isEqualTo(201);
        }
    }

    /** One right on each table and function of the service's. A trigger's function is called by nobody. */
    private List<String> everythingThatCanBeRefused() {
        return operator()
                .rows("SELECT 'INSERT on table ' || relname AS right_ FROM pg_class WHERE relkind = 'r'"
                        + " AND relnamespace = 'public'::regnamespace AND relname <> 'flyway_schema_history'")
                .stream()
                .map(row -> String.valueOf(row.get("right_")))
                .toList();
    }

    @Test
    void aRightThatIsTakenAwayMakesTheServiceNotReadyUntilItIsBack() {
        createOwner("revoked", "secret");
        try (PackagedService service = listening("revoked", "secret")) {
            service.awaitReady();
            assertThat(service.api().signUp("somebody", PASSWORD).status()).isEqualTo(201);
            Sql operator = operator();
            for (String right : List.of("INSERT on table account", "DELETE on table session")) {
                operator.update("REVOKE " + right + " FROM revoked");
                awaitMissing(service, right);
                operator.update("GRANT " + right + " TO revoked");
                service.awaitReady();
            }
            operator.update("REVOKE INSERT ON account FROM revoked");
            awaitMissing(service, "INSERT on table account");
            Answer refused = service.api().signUp("another", PASSWORD);
            assertThat(refused.problem()).isEqualTo("database-unavailable");
            assertThat(service.api().login("somebody", PASSWORD).status()).isEqualTo(200);
            assertThat(service.log()).doesNotContain("incident=");
            operator.update("GRANT INSERT ON account TO revoked");
            service.awaitReady();
            assertThat(service.api().signUp("another", PASSWORD).status()).isEqualTo(201);

            operator.update("ALTER SCHEMA public OWNER TO postgres");
            operator.update("REVOKE ALL ON SCHEMA public FROM PUBLIC, revoked");
            awaitMissing(service, "USAGE on schema public");
            assertThat(service.api().login("somebody", PASSWORD).problem()).isEqualTo("database-unavailable");
            assertThat(service.log()).doesNotContain("incident=");
            operator.update("GRANT USAGE ON SCHEMA public TO revoked");
            service.awaitReady();
            assertThat(service.api().login("somebody", PASSWORD).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE", "USAGE"})
    void aRoleThatMayNotMigrateIsToldSo(String right) {
        createOwner("cannot-" + right, "secret");
        sql.update("ALTER DATABASE db%d OWNER TO postgres".formatted(databases));
        Sql operator = operator();
        operator.update("REVOKE ALL ON SCHEMA public FROM PUBLIC");
        operator.update("GRANT %s ON SCHEMA public TO \"cannot-%s\""
                .formatted(right.equals("USAGE") ? "CREATE" : "USAGE", right));
        try (PackagedService service = listening("cannot-" + right, "secret")) {
            awaitMissing(service, right + " on schema public");
            assertThat(service.api().login("somebody", PASSWORD).problem()).isEqualTo("starting");
            assertThat(service.log().lines().filter(line -> line.contains("the role lacks")))
                    .hasSize(1);
            operator.update("GRANT ALL ON SCHEMA public TO \"cannot-%s\"".formatted(right));
            service.awaitReady();
        }
    }
}
