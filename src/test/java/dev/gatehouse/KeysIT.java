package dev.gatehouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.PackagedService.Ended;
import dev.gatehouse.token.TokenForge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Keys across processes: replicas, restarts under another configuration, and an operator's statements. */
class KeysIT {
    private static final String PASSWORD = "a long enough password";
    private static final Map<String, String> CHEAP = Map.of("GATEHOUSE_PASSWORD_COST", "4");

    /** What docs/operations.md promises. */
    private static final Duration RETIRED_WITHIN = Duration.ofSeconds(2);

    private static String kid(String token) {
        return TokenForge.of(token, new byte[1]).header().path("kid").asText();
    }

    private static JsonNode jwks(PackagedService service) {
        return service.api().call("GET", "/.well-known/jwks.json").send().json();
    }

    private static void assertRefusedWithin(Duration bound, PackagedService service, String token) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (service.api().secret(token).status() == 200) {
            assertThat(System.nanoTime()).as("still accepted").isLessThan(deadline);
        }
        assertThat(service.api().secret(token).problem()).isEqualTo("invalid-token");
        assertThat(service.api().verify(token).problem()).isEqualTo("invalid-token");
    }

    @Test
    void aRetiredKidIsRefusedOnEveryReplicaAndLoginsGoOn() {
        String url = TestPostgres.newDatabase();
        Sql sql = Sql.of(url);
        try (PackagedService one = PackagedService.ready(url, CHEAP);
                PackagedService other = PackagedService.ready(url, CHEAP)) {
            one.api().signUp("somebody", PASSWORD);
            Answer login = one.api().login("somebody", PASSWORD);
            for (PackagedService replica : List.of(one, other)) {
                assertThat(replica.api().secret(login.token()).status()).isEqualTo(200);
            }
            sql.update(OperationsDocument.statement("DELETE FROM service_key WHERE purpose = 'signing'")
                    .replace("the-kid", kid(login.token())));
            assertRefusedWithin(RETIRED_WITHIN, one, login.token());
            assertRefusedWithin(RETIRED_WITHIN, other, login.token());
            Answer refreshed = other.api().refresh(login.refreshToken());
            assertThat(refreshed.status()).isEqualTo(200);
            assertThat(one.api().secret(refreshed.token()).status()).isEqualTo(200);

            sql.update(OperationsDocument.statement("DELETE FROM service_key WHERE purpose IN"));
            assertRefusedWithin(RETIRED_WITHIN, one, refreshed.token());
            assertRefusedWithin(RETIRED_WITHIN, other, refreshed.token());
            assertThat(other.api().refresh(refreshed.refreshToken()).problem()).isEqualTo("invalid-token");
            String again = one.api().login("somebody", PASSWORD).token();
            assertThat(one.api().secret(again).status()).isEqualTo(200);
            assertThat(jwks(one).path("keys").findValuesAsText("kid")).contains(kid(again));
            assertThat(one.log()).contains("keys=managed stored=clear").doesNotContain("incident=");
        }
    }

    @Test
    void withoutItsEncryptionKeyTheServiceIsNotReadyAndSaysSo() {
        String url = TestPostgres.newDatabase();
        Map<String, String> encrypting = Map.of("GATEHOUSE_KEY_ENCRYPTION_KEYS", key(1));
        try (PackagedService service = PackagedService.ready(url, encrypting)) {
            assertThat(service.log()).contains("keys=managed stored=encrypted").doesNotContain(key(1));
        }
        String before = keys(url);
        try (PackagedService service = PackagedService.listening(
                Map.of("QUARKUS_DATASOURCE_JDBC_URL", url, "GATEHOUSE_KEY_ENCRYPTION_KEYS", key(2)))) {
            service.awaitLog("keys=unreadable");
            awaitTries(url, 3);
            List<String> watch = service.log()
                    .lines()
                    .filter(line -> line.contains("database-watch"))
                    .toList();
            assertThat(watch).as(service.log()).hasSize(3);
            assertThat(watch.get(0)).contains("schema=");
            assertThat(watch.get(1)).contains("database=answering");
            assertThat(watch.get(2)).contains("keys=unreadable", "none of the configured encryption keys");
            assertThat(service.api().login("somebody", PASSWORD).problem()).isEqualTo("starting");
            Answer ready = service.management().call("GET", "/q/health/ready").send();
            assertThat(ready.status()).isEqualTo(503);
            assertThat(states(ready)).containsAllEntriesOf(Map.of("database", "UP", "keys", "DOWN", "serving", "DOWN"));
            assertThat(keys(url)).isEqualTo(before);
        }
        try (PackagedService service = PackagedService.ready(
                url, Map.of("GATEHOUSE_KEY_ENCRYPTION_KEYS", key(2) + "," + key(1), "GATEHOUSE_PASSWORD_COST", "4"))) {
            assertThat(service.log()).contains("key=wrapped");
            service.api().signUp("somebody", PASSWORD);
            String token = service.api().login("somebody", PASSWORD).token();
            assertThat(before).contains(kid(token));
        }
    }

    private static Map<String, String> states(Answer health) {
        Map<String, String> states = new TreeMap<>();
        health.json()
                .path("checks")
                .forEach(check -> states.put(
                        check.path("name").asText(), check.path("status").asText()));
        return states;
    }

    @Test
    void withoutAnyEncryptionKeyOneLineSaysWhyNoKeyCanBeRead() {
        String url = TestPostgres.newDatabase();
        try (PackagedService service = PackagedService.ready(url, Map.of("GATEHOUSE_KEY_ENCRYPTION_KEYS", key(1)))) {
            assertThat(service.log()).contains("keys=managed stored=encrypted");
        }
        try (PackagedService service = PackagedService.listening(Map.of("QUARKUS_DATASOURCE_JDBC_URL", url))) {
            service.awaitLog("keys=unreadable");
            awaitTries(url, 3);
            assertThat(service.log()).doesNotContain("stored=clear").doesNotContain("database=unavailable");
            assertThat(service.log().lines().filter(line -> line.contains("keys=")))
                    .hasSize(1);
        }
    }

    @Test
    void encryptionIsEnabledForKeysInClearByASettingAndNotWithoutIt() {
        String url = TestPostgres.newDatabase();
        String token;
        try (PackagedService service = PackagedService.ready(url, CHEAP)) {
            service.api().signUp("somebody", PASSWORD);
            token = service.api().login("somebody", PASSWORD).token();
        }
        String before = keys(url);
        Map<String, String> refusing = Map.of("GATEHOUSE_KEY_ENCRYPTION_KEYS", key(1));
        try (PackagedService service = PackagedService.listening(
                Map.of("QUARKUS_DATASOURCE_JDBC_URL", url, "GATEHOUSE_KEY_ENCRYPTION_KEYS", key(1)))) {
            service.awaitLog("keys=refused");
            assertThat(service.log()).contains("gatehouse.key.accept-clear=true");
            assertThat(service.api().secret(token).problem()).isEqualTo("starting");
            assertThat(keys(url)).isEqualTo(before);
        }
        Map<String, String> accepting =
                Map.of("GATEHOUSE_KEY_ENCRYPTION_KEYS", key(1), "GATEHOUSE_KEY_ACCEPT_CLEAR", "true");
        try (PackagedService service = PackagedService.ready(url, accepting)) {
            assertThat(service.log()).contains("key=wrapped", "keys=accepted-in-clear");
        }
        try (PackagedService service = PackagedService.ready(url, refusing)) {
            assertThat(service.api().secret(token).status()).isEqualTo(200);
            assertThat(service.log()).doesNotContain("keys=refused").doesNotContain("key=wrapped");
        }
    }

    /** Returns after the service has tried again so many times, each on some connections of its own. */
    private static void awaitTries(String url, int tries) {
        Sql sql = Sql.of(url.replaceAll("/test\\d+", "/postgres"));
        String count = "SELECT sessions FROM pg_stat_database WHERE datname = '"
                + url.replaceAll(".*/(test\\d+).*", "$1") + "'";
        long before = sql.number(count);
        Await.until(() -> sql.number(count) >= before + 2L * tries);
    }

    @Test
    void encryptionKeysComeFromAFile() throws IOException {
        Path file = Files.writeString(Files.createTempFile("encryption-keys", ""), key(1) + "\n");
        try (PackagedService service = PackagedService.ready(
                TestPostgres.newDatabase(), Map.of("GATEHOUSE_KEY_ENCRYPTION_KEYS_FILE", file.toString()))) {
            assertThat(service.log()).contains("keys=managed stored=encrypted").doesNotContain(key(1));
        }
        Ended ended = PackagedService.ending(Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://localhost/gatehouse",
                "GATEHOUSE_KEY_ENCRYPTION_KEYS", key(1),
                "GATEHOUSE_KEY_ENCRYPTION_KEYS_FILE", file.toString()));
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.log())
                .contains("gatehouse.key.encryption-keys-file and gatehouse.key.encryption-keys must not both be set")
                .doesNotContain(key(1));
    }

    private static String key(int n) {
        byte[] bytes = new byte[32];
        bytes[n] = (byte) n;
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String keys(String url) {
        return Sql.of(url).text("SELECT string_agg(id || encode(material, 'hex'), ' ' ORDER BY id) FROM service_key");
    }

    @Test
    void keysOfTheServiceFollowASecretAndTheWayBackKeepsRefreshTokens() {
        String url = TestPostgres.newDatabase();
        Map<String, String> given = Map.of("APP_SECRET_STRING", PackagedService.SECRET, "GATEHOUSE_PASSWORD_COST", "4");
        Answer login;
        try (PackagedService service = PackagedService.ready(url, given)) {
            assertThat(jwks(service).toString()).isEqualTo("{\"keys\":[]}");
            service.api().signUp("somebody", PASSWORD);
            login = service.api().login("somebody", PASSWORD);
        }
        String old = Base64.getUrlEncoder().encodeToString(PackagedService.SECRET.getBytes(UTF_8));
        Answer refreshed;
        try (PackagedService service = PackagedService.ready(url, Map.of("GATEHOUSE_TOKEN_ACCEPTED_SECRETS", old))) {
            assertThat(service.api().secret(login.token()).status()).isEqualTo(200);
            refreshed = service.api().refresh(login.refreshToken());
            assertThat(refreshed.status()).isEqualTo(200);
            assertThat(service.api().secret(refreshed.token()).status()).isEqualTo(200);
            assertThat(jwks(service).path("keys").findValuesAsText("kid")).contains(kid(refreshed.token()));
        }
        try (PackagedService service = PackagedService.ready(url, given)) {
            assertThat(service.api().secret(refreshed.token()).problem()).isEqualTo("invalid-token");
            Answer back = service.api().refresh(refreshed.refreshToken());
            assertThat(back.status()).isEqualTo(200);
            assertThat(service.api().secret(back.token()).status()).isEqualTo(200);
        }
    }
}
