package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/**
 * The newest migrations under the statements of the releases before: what a release sends to its database is recorded when it
 * is made ({@code -Drecord=1.0.0}), and has to be understood by the schema of the next one, beside which it runs.
 */
class UpgradeIT {
    private static final Path RELEASES = Path.of("src", "test", "resources", "releases");
    private static final Pattern INSERTION =
            Pattern.compile("INSERT INTO (?<table>\\w+)(?: AS \\w+)? \\((?<columns>[^)]*)\\)");
    private static final String PASSWORD = "a long enough password";
    private static final String NEW_PASSWORD = "another long password";

    @Test
    void theNewestSchemaUnderstandsThisVersionAndTheReleasesBefore() throws Exception {
        String url = TestPostgres.newDatabase();
        Set<String> ours = recorded(url);
        assertThat(ours)
                .as("what is recorded reaches every table")
                .satisfies(
                        statements -> assertThat(String.join("\n", statements)).contains(tables(url)));
        String record = System.getProperty("record", "");
        if (!record.isEmpty()) {
            Files.write(RELEASES.resolve(record + ".sql"), ours);
        }
        assertUnderstood("this version", ours, url);
        for (Path release : releases()) {
            assertUnderstood(release.getFileName().toString(), Files.readAllLines(release), url);
        }
    }

    /** The release before, after a newer one was taken back: to it this version's newest migration is unknown. */
    @Test
    void theReleaseBeforeServesOnASchemaThatANewerOneHasMigrated() throws Exception {
        String url = TestPostgres.newDatabase();
        migrate(url, "V9000__add_a_column_to_account.sql", "ALTER TABLE account ADD COLUMN later text");
        try (PackagedService service = PackagedService.ready(url, Map.of("GATEHOUSE_PASSWORD_COST", "4"))) {
            walk(service.api());
            assertThat(service.log()).contains("schema=newer version=9000 unknown_migrations=1");
        }
        try (PackagedService again = PackagedService.ready(url, Map.of("GATEHOUSE_PASSWORD_COST", "4"))) {
            assertThat(again.api().login("nobody", PASSWORD).status()).isEqualTo(401);
        }
        assertThat(Sql.of(url).number("SELECT count(*) FROM flyway_schema_history WHERE version = '9000'"))
                .isEqualTo(1);
    }

    @Test
    void anUnknownMigrationWithAnOlderNumberIsRefused() throws Exception {
        String url = TestPostgres.newDatabase();
        migrate(url, "V0_5__create_earlier.sql", "CREATE TABLE earlier (id integer)");
        try (PackagedService service = PackagedService.listening(Map.of("QUARKUS_DATASOURCE_JDBC_URL", url))) {
            service.awaitLog("applied migration not resolved locally: 0.5");
            assertThat(service.api().login("nobody", PASSWORD).problem()).isEqualTo("starting");
        }
    }

    @Test
    void aDatabaseOfAnUnreleasedBuildIsRefusedWithOneMessage() throws Exception {
        String url = TestPostgres.newDatabase();
        Path unreleased = Files.createTempDirectory("unreleased");
        Files.writeString(unreleased.resolve("V1__create_account.sql"), "CREATE TABLE account (id uuid PRIMARY KEY)");
        Files.writeString(unreleased.resolve("V2__create_session.sql"), "CREATE TABLE session (id uuid PRIMARY KEY)");
        Flyway.configure()
                .dataSource(url, null, null)
                .locations("filesystem:" + unreleased)
                .load()
                .migrate();
        try (PackagedService service = PackagedService.listening(Map.of("QUARKUS_DATASOURCE_JDBC_URL", url))) {
            service.awaitLog("an unreleased build has made the tables of this database; give the service an empty one");
            assertThat(service.api().login("nobody", PASSWORD).problem()).isEqualTo("starting");
            assertThat(service.log().lines().filter(line -> line.contains("reached=false")))
                    .hasSize(1);
        }
        assertThat(Sql.of(url).number("SELECT count(*) FROM flyway_schema_history"))
                .isEqualTo(2);
    }

    /** As another release does it, which has one migration that this version does not have. */
    private static void migrate(String url, String name, String sql) throws IOException {
        Path another = Files.createTempDirectory("another-release");
        Files.writeString(another.resolve(name), sql);
        Flyway.configure()
                .dataSource(url, null, null)
                .locations("filesystem:src/main/resources/db/migration", "filesystem:" + another)
                .load()
                .migrate();
    }

    private static List<String> tables(String url) {
        return Sql.of(url)
                .rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                        + " AND relname <> 'flyway_schema_history'")
                .stream()
                .map(row -> String.valueOf(row.get("relname")))
                .toList();
    }

    private static List<Path> releases() throws IOException {
        try (Stream<Path> files = Files.list(RELEASES)) {
            return files.filter(file -> file.toString().endsWith(".sql")).toList();
        }
    }

    private static void assertUnderstood(String release, Iterable<String> statements, String url) throws SQLException {
        List<String> faults = new ArrayList<>();
        try (Connection connection = Sql.of(url).open();
                Statement jdbc = connection.createStatement()) {
            for (String statement : statements) {
                try {
                    jdbc.execute("PREPARE one " + named(statement));
                    jdbc.execute("DEALLOCATE one");
                    faults.addAll(columnsThatMustBeGiven(statement, url));
                } catch (SQLException e) {
                    faults.add(e.getMessage() + ": " + statement);
                }
            }
        }
        assertThat(faults).as(release).isEmpty();
    }

    /** What no {@code PREPARE} finds: a new column that an older insertion knows nothing of, and that has no default. */
    private static List<String> columnsThatMustBeGiven(String statement, String url) {
        Matcher insertion = INSERTION.matcher(statement);
        if (!insertion.find()) {
            return List.of();
        }
        Set<String> given = Set.of(insertion.group("columns").split(", ?"));
        return Sql.of(url)
                .rows(
                        "SELECT column_name FROM information_schema.columns WHERE table_name = ? AND is_nullable = 'NO'"
                                + " AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'",
                        insertion.group("table"))
                .stream()
                .map(row -> String.valueOf(row.get("column_name")))
                .filter(column -> !given.contains(column))
                .map(column -> column + " must be given: " + statement)
                .toList();
    }

    /** With the types' names in the place of their numbers, which are the same on every server for those that are built in. */
    private static String named(String statement) {
        int end = statement.indexOf(')');
        String types = statement.substring(1, end);
        return types.isEmpty()
                ? statement.substring(end + 1)
                : Arrays.stream(types.split(",", -1)).map(UpgradeIT::name).collect(Collectors.joining(",", "(", ")"))
                        + statement.substring(end + 1);
    }

    private static String name(String type) {
        return switch (type) {
            case "0" -> "unknown";
            case "16" -> "boolean";
            case "17" -> "bytea";
            case "20" -> "bigint";
            case "21" -> "smallint";
            case "23" -> "integer";
            case "25" -> "text";
            case "701" -> "double precision";
            case "1001" -> "bytea[]";
            case "1007" -> "integer[]";
            case "1009" -> "text[]";
            case "1016" -> "bigint[]";
            case "1022" -> "double precision[]";
            case "1043" -> "varchar";
            case "1114" -> "timestamp";
            case "1184" -> "timestamptz";
            case "1185" -> "timestamptz[]";
            case "2950" -> "uuid";
            case "2951" -> "uuid[]";
            default -> throw new IllegalArgumentException("a type that is not known here: " + type);
        };
    }

    /** What a service sends that starts on an empty database and is asked for everything it can do. */
    private static Set<String> recorded(String url) throws Exception {
        int port = Integer.parseInt(url.replaceAll(".*:(\\d+)/.*", "$1"));
        try (StatementRecorder recorder = new StatementRecorder(port)) {
            String through = url.replace(":" + port + "/", ":" + recorder.port() + "/") + "&sslmode=disable";
            try (PackagedService service = PackagedService.ready(through, Map.of("GATEHOUSE_PASSWORD_COST", "4"))) {
                walk(service.api());
                // The clean-ups and the full reading of the ended sessions come by themselves.
                awaitStatement(recorder, statement -> statement.contains("DELETE FROM audit_event"));
                awaitStatement(recorder, statement -> statement.contains("DELETE FROM throttle_bucket"));
            }
            return recorder.statements().stream()
                    .filter(statement -> statement.matches("\\([0-9,]*\\) AS (?i:select|insert|update|delete|with) .*"))
                    .filter(statement -> !statement.contains("flyway") && !statement.contains("pg_catalog"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static void awaitStatement(StatementRecorder recorder, Predicate<String> condition) {
        Await.until(() -> recorder.statements().stream().anyMatch(condition));
    }

    /** Calls everything that the service can do on its database, for an account that is not there yet. */
    static void walk(Api api) {
        assertThat(api.signUp("somebody", PASSWORD).status()).isEqualTo(201);
        assertThat(api.signUp("somebody", PASSWORD).status()).isEqualTo(409);
        assertThat(api.login("somebody", "a wrong one").status()).isEqualTo(401);
        assertThat(api.login("nobody", PASSWORD).status()).isEqualTo(401);
        Answer first = api.login("somebody", PASSWORD);
        assertThat(api.refresh(first.token()).status()).isEqualTo(200);
        assertThat(api.refresh(first.refreshToken()).status()).isEqualTo(200);
        assertThat(api.refresh(first.refreshToken(), "the-key-of-this-walk").status())
                .isEqualTo(200);
        Answer second = api.login("somebody", PASSWORD);
        assertThat(api.call("GET", "/account").bearer(second.token()).send().status())
                .isEqualTo(200);
        assertThat(api.sessions(second.token()).status()).isEqualTo(200);
        assertThat(api.call("DELETE", "/sessions/" + first.session())
                        .bearer(second.token())
                        .send()
                        .status())
                .isEqualTo(204);
        assertThat(api.logOut(second.token()).status()).isEqualTo(204);
        Answer third = api.login("somebody", PASSWORD);
        assertThat(api.call("DELETE", "/sessions").bearer(third.token()).send().status())
                .isEqualTo(204);
        Answer fourth = api.login("somebody", PASSWORD);
        assertThat(api.changePassword(fourth.token(), "a wrong one", NEW_PASSWORD)
                        .status())
                .isEqualTo(403);
        Answer changed = api.changePassword(fourth.token(), PASSWORD, NEW_PASSWORD);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(api.deleteAccount(changed.token(), NEW_PASSWORD).status()).isEqualTo(204);
        assertThat(api.signUp("somebody", PASSWORD).status()).isEqualTo(409);
    }
}
