package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.problem.Problem;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
        Map<String, Problem> problems = problems();
        Set<String> undocumented = new HashSet<>(problems.keySet());
        document().at("/components/responses").fieldNames().forEachRemaining(undocumented::remove);
        document()
                .path("paths")
                .forEach(path -> path.forEach(operation -> operation
                        .path("responses")
                        .properties()
                        .forEach(response -> response.getValue()
                                .at("/content/application~1problem+json/examples")
                                .properties()
                                .forEach(example -> {
                                    Problem problem = Objects.requireNonNull(problems.get(example.getKey()));
                                    assertThat(response.getKey()).isEqualTo(String.valueOf(problem.status()));
                                    undocumented.remove(example.getKey());
                                }))));
        assertThat(undocumented).isEmpty();
    }

    /** Those of every feature, by their names. */
    private static Map<String, Problem> problems() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.gatehouse").stream()
                        .filter(type -> type.isEnum() && type.isAssignableTo(Problem.class))
                        .flatMap(type -> Stream.of(type.reflect().getEnumConstants()))
                        .map(Problem.class::cast)
                        .collect(Collectors.toMap(Problem::hyphenated, Function.identity()));
    }

    @Test
    void noTwoFeaturesDeclareTheSameProblem() {
        assertThat(problems()).hasSizeGreaterThan(20); // Two of one name would not have been collected.
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
        assertThat(redirect.header("Location")).isEqualTo("docs/");
        Answer page = api.call("GET", "/docs/").header("Accept", "text/html").send();
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("Gatehouse").contains("../openapi.json");
        assertThat(api.call("GET", "/docs/swagger-ui.css").send().status()).isEqualTo(200);
        assertThat(api.call("POST", "/docs/").send().header("Allow")).isEqualTo("GET, HEAD");
        assertThat(api.call("GET", "/docs/nosuch").send().problem()).isEqualTo("not-found");
    }
}
