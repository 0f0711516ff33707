package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.problem.Problem;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the OpenAPI document and the pages that show it promise. */
@QuarkusTest
class OpenApiDocumentTest {
    private Api api = new Api(0);

    @BeforeEach
    void connect() {
        api = new Api(RestAssured.port);
    }

    private JsonNode document() {
        return api.call("GET", "/openapi.json").send().json();
    }

    @Test
    void itIsOpenApi31AndNamesItsMembersAsTheyAreSent() {
        assertThat(document().path("openapi").asText()).startsWith("3.1");
        assertThat(document().at("/components/schemas/TokenAnswer/properties").fieldNames())
                .toIterable()
                .contains("token", "access_token", "token_type", "expires_in");
        assertThat(document().at("/components/schemas/SignedUp/properties").fieldNames())
                .toIterable()
                .containsExactly("key", "username", "created_at");
    }

    @Test
    void everyProblemStandsAtSomeOperationWithItsStatusOrAmongTheComponents() {
        Set<Problem> undocumented = EnumSet.allOf(Problem.class);
        document().at("/components/responses").fieldNames().forEachRemaining(name -> undocumented.remove(named(name)));
        document()
                .path("paths")
                .forEach(path -> path.forEach(operation -> operation
                        .path("responses")
                        .properties()
                        .forEach(response -> response.getValue()
                                .at("/content/application~1problem+json/examples")
                                .properties()
                                .forEach(example -> {
                                    Problem problem = named(example.getKey());
                                    assertThat(response.getKey()).isEqualTo(String.valueOf(problem.status()));
                                    undocumented.remove(problem);
                                }))));
        assertThat(undocumented).isEmpty();
    }

    private static Problem named(String hyphenated) {
        return Problem.valueOf(hyphenated.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    @Test
    void marksOfTheBuildAreNotPublished() {
        assertThat(api.call("GET", "/openapi.json").send().text()).doesNotContain("\"x-");
    }

    @Test
    void callsThatTakeATokenSaySo() {
        assertThat(document().at("/paths/~1secret/post/security").isEmpty()).isFalse();
        assertThat(document().at("/paths/~1refresh_token/get/security").isEmpty())
                .isFalse();
        assertThat(document().at("/paths/~1login/post/security").isEmpty()).isTrue();
        assertThat(document()
                        .at("/components/securitySchemes/SecurityScheme/scheme")
                        .asText())
                .isEqualTo("bearer");
    }

    @Test
    void thePageIsServedOnTheMainPort() {
        Answer redirect = api.call("GET", "/docs").header("Accept", "text/html").send();
        assertThat(redirect.status()).isEqualTo(302);
        assertThat(redirect.header("Location")).isEqualTo("/docs/");
        Answer page = api.call("GET", "/docs/").header("Accept", "text/html").send();
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("Gatehouse").contains("/openapi.json");
        assertThat(api.call("POST", "/docs/").send().header("Allow")).isEqualTo("GET, HEAD");
        assertThat(api.call("GET", "/docs/nosuch").send().problem()).isEqualTo("not-found");
    }
}
