package dev.gatehouse.key;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Sql;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.security.interfaces.ECPublicKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class JwksTest {
    private static final String PATH = "/.well-known/jwks.json";

    @Inject
    Sql sql;

    @Inject
    SigningKeys keys;

    private Api api = new Api(0);

    @BeforeEach
    void findPort() {
        api = new Api(RestAssured.port);
    }

    @Test
    void theSetHasTheKeysThatSignAndStandByAndMayBeKeptForFiveMinutes() throws JoseException {
        Answer answer = api.call("GET", PATH).send();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=300");
        assertThat(answer.header("ETag")).matches("\"[\\w-]{43}\"");
        JsonWebKeySet set = new JsonWebKeySet(answer.text());
        assertThat(set.getJsonWebKeys()).hasSize(2).allMatch(key -> key.getKey() instanceof ECPublicKey);
        assertThat(set.findJsonWebKey(keys.current().kid(), "EC", "sig", "ES256"))
                .isNotNull();
        assertThat(answer.text()).doesNotContain("\"d\"");
    }

    @Test
    void whoKnowsTheSetIsToldThatItIsTheSame() {
        String etag = api.call("GET", PATH).send().header("ETag");
        for (String known : new String[] {etag, "W/" + etag, "\"x\", " + etag, "*"}) {
            Answer answer = api.call("GET", PATH).header("If-None-Match", known).send();
            assertThat(answer.status()).as(known).isEqualTo(304);
            assertThat(answer.text()).isEmpty();
            assertThat(answer.header("ETag")).isEqualTo(etag);
            assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=300");
        }
    }

    @Test
    void aSecondIfNoneMatchFieldCounts() {
        String etag = api.call("GET", PATH).send().header("ETag");
        Answer answer = api.call("GET", PATH)
                .header("If-None-Match", "\"x\"")
                .header("If-None-Match", etag)
                .send();
        assertThat(answer.status()).isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"x\"", "x", "", "\"", "W/\"x\""})
    void whoKnowsAnotherGetsTheSet(String known) {
        assertThat(api.call("GET", PATH).header("If-None-Match", known).send().status())
                .isEqualTo(200);
    }

    @Test
    void scriptsOfEveryOriginMayReadItThoughNoOriginIsConfigured() {
        String etag = api.call("GET", PATH).send().header("ETag");
        for (Answer answer : new Answer[] {
            api.call("GET", PATH).send(),
            api.call("HEAD", PATH).send(),
            api.call("GET", PATH).header("Origin", "https://b.example").send(),
            api.call("GET", PATH)
                    .header("Origin", "null")
                    .header("If-None-Match", etag)
                    .send(),
            api.call("GET", PATH).header("Accept", "text/html").send(),
            api.call("DELETE", PATH).send()
        }) {
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
            assertThat(answer.header("Access-Control-Expose-Headers")).contains("ETag");
        }
        Answer preflight = api.call("OPTIONS", PATH)
                .header("Origin", "https://b.example")
                .header("Access-Control-Request-Method", "GET")
                .send();
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("*");
    }

    @Test
    void itsKidsAreThoseOfTheTable() {
        for (JsonNode key : api.call("GET", PATH).send().json().path("keys")) {
            assertThat(sql.text(
                            "SELECT algorithm FROM service_key WHERE id = ?",
                            key.path("kid").asText()))
                    .isEqualTo("ES256");
        }
    }

    @Test
    void aProbeGetsTheHeaders() {
        Answer answer = api.call("HEAD", PATH).send();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEmpty();
        assertThat(answer.header("ETag")).isNotEmpty();
    }
}
