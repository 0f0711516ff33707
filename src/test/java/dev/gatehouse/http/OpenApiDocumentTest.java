package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.problem.Problem;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the OpenAPI document and the pages that show it promise. */
@QuarkusTest
class OpenApiDocumentTest {
    private static final String EXAMPLES = "/content/application~1problem+json/examples";

    private Api api = new Api(0);

    @BeforeEach
    void connect() {
        api = new Api(RestAssured.port);
    }

    private JsonNode document() {
        return api.call("GET", "/openapi.json").send().json();
    }

    /** The operations of the service, by method and path, without those of the tests. */
    private Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new TreeMap<>();
        document().path("paths").properties().stream()
                .filter(path -> !path.getKey().startsWith("/probe/"))
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation ->
                                operations.put(operation.getKey() + " " + path.getKey(), operation.getValue())));
        assertThat(operations).hasSize(15);
        return operations;
    }

    /** The component response to which an operation refers for a status. */
    private JsonNode component(JsonNode response) {
        String reference = response.path("$ref").asText();
        assertThat(reference).startsWith("#/components/responses/");
        JsonNode component = document().at(reference.substring(1));
        assertThat(component.isMissingNode()).as(reference).isFalse();
        return component;
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    @Test
    void itIsOpenApi31AndNamesItsMembersAsTheyAreSent() {
        assertThat(document().path("openapi").asText()).startsWith("3.1");
        assertThat(names(document().at("/components/schemas/TokenResponse/properties")))
                .contains("token", "access_token", "token_type", "expires_in");
        assertThat(names(document().at("/components/schemas/SignedUp/properties")))
                .containsExactly("key", "username", "created_at");
    }

    @Test
    void itSaysWhatTheServiceIsAndWhereItIs() {
        assertThat(document().at("/info/license/identifier").asText()).isEqualTo("Apache-2.0");
        assertThat(document().at("/info/contact/name").asText()).isNotBlank();
        assertThat(document().at("/info/description").asText()).contains("MethodNotAllowed");
        assertThat(document().at("/servers/0/url").asText()).isEqualTo(".");
        document()
                .path("tags")
                .forEach(tag -> assertThat(tag.path("description").asText())
                        .as(tag.path("name").asText())
                        .isNotBlank());
    }

    @Test
    void itIsSmallAndDeclaredAsJsonWithoutACharset() {
        ObjectNode document = (ObjectNode) document();
        ((ObjectNode) document.path("paths"))
                .remove(names(document.path("paths")).stream()
                        .filter(path -> path.startsWith("/probe/"))
                        .toList());
        assertThat(document.toString().length()).isBetween(10_000, 45_000);
        Answer whole = api.call("GET", "/openapi.json").send();
        assertThat(whole.text()).doesNotContain("\n");
        Answer head = api.call("HEAD", "/openapi.json").send();
        assertThat(head.header("Content-Length")).isEqualTo(whole.header("Content-Length"));
        for (Answer answer : List.of(whole, head)) {
            assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        }
    }

    @Test
    void everyOperationSaysWhatItIs() {
        Map<String, JsonNode> operations = operations();
        operations.forEach((call, operation) -> {
            for (String member : List.of("operationId", "summary", "description")) {
                assertThat(operation.path(member).asText())
                        .as(call + " " + member)
                        .isNotBlank();
            }
            assertThat(operation.path("tags").size()).as(call).isEqualTo(1);
            assertThat(operation.path("security").isArray()).as(call).isTrue();
        });
        assertThat(operations.values().stream()
                        .map(operation -> operation.path("operationId").asText()))
                .doesNotHaveDuplicates();
        assertThat(document().at("/paths/~1refresh_token/get/deprecated").asBoolean())
                .isTrue();
    }

    @Test
    void everyBodyOfASuccessHasASchemaAndAnExample() {
        operations()
                .forEach((call, operation) -> operation.path("responses").properties().stream()
                        .filter(response -> response.getKey().startsWith("2"))
                        .forEach(response -> response.getValue()
                                .path("content")
                                .properties()
                                .forEach(content -> {
                                    assertThat(content.getKey()).as(call).isEqualTo("application/json");
                                    assertThat(content.getValue().has("schema"))
                                            .as(call)
                                            .isTrue();
                                    assertThat(content.getValue().has("example"))
                                            .as(call)
                                            .isTrue();
                                })));
    }

    @Test
    void everyErrorIsAReferenceToAComponentWithItsProblems() {
        Map<String, Problem> problems = problems();
        Set<String> used = new HashSet<>();
        operations()
                .forEach((call, operation) -> operation.path("responses").properties().stream()
                        .filter(response -> response.getKey().compareTo("400") >= 0)
                        .forEach(response -> {
                            JsonNode examples = component(response.getValue()).at(EXAMPLES);
                            assertThat(examples.size()).as(call).isPositive();
                            examples.properties().forEach(example -> {
                                used.add(example.getKey());
                                Problem problem = Objects.requireNonNull(problems.get(example.getKey()));
                                assertThat(response.getKey()).as(call).isEqualTo(String.valueOf(problem.status()));
                                assertThat(example.getValue().at("/value/type").asText())
                                        .isEqualTo(problem.type());
                            });
                        }));
        document().at("/components/responses").forEach(component -> used.addAll(names(component.at(EXAMPLES))));
        assertThat(used).isEqualTo(problems.keySet());
    }

    @Test
    void noOperationListsAProblemThatItCannotAnswer() {
        operations().forEach((call, operation) -> {
            JsonNode responses = operation.path("responses");
            boolean anyMethod = call.equals("get /verify");
            boolean hasBody = responses.properties().stream()
                    .anyMatch(response -> response.getKey().startsWith("2")
                            && response.getValue().has("content"));
            assertThat(responses.has("406")).as(call).isEqualTo(hasBody);
            assertThat(responses.has("415")).as(call).isEqualTo(!anyMethod);
            assertThat(responses.has("400")).as(call).isEqualTo(!anyMethod);
            assertThat(responses.has("422")).as(call).isEqualTo(operation.has("requestBody"));
            assertThat(responses.has("401"))
                    .as(call)
                    .isEqualTo(!operation.path("security").isEmpty() || call.equals("post /login"));
            assertThat(names(responses))
                    .as(call)
                    .doesNotContain("405", "408", "501", "505")
                    .contains("413", "500", "503");
        });
        assertThat(operations().entrySet().stream()
                        .filter(operation ->
                                operation.getValue().path("responses").has("403"))
                        .map(Map.Entry::getKey))
                .containsExactly("post /account/deletion", "post /signup", "put /account/password");
    }

    @Test
    void headerFieldsAreDescribedWhereTheyAreSent() {
        Map<String, Problem> problems = problems();
        Map<String, Set<String>> ofOccurrences = Map.of(
                "method-not-allowed", Set.of("Allow"),
                "invalid-request", Set.of("WWW-Authenticate"),
                "unsupported-media-type", Set.of("Accept-Encoding"));
        document().at("/components/responses").properties().forEach(component -> {
            Set<String> expected = new TreeSet<>();
            for (String name : names(component.getValue().at(EXAMPLES))) {
                expected.addAll(
                        Objects.requireNonNull(problems.get(name)).headers().keySet());
                expected.addAll(ofOccurrences.getOrDefault(name, Set.of()));
            }
            assertThat(names(component.getValue().path("headers")))
                    .as(component.getKey())
                    .containsExactlyInAnyOrderElementsOf(expected);
        });
        for (String header : List.of("ETag", "Cache-Control")) {
            assertThat(document()
                            .at("/paths/~1.well-known~1jwks.json/get/responses/200/headers/" + header + "/$ref")
                            .asText())
                    .isEqualTo("#/components/headers/" + header);
        }
        assertThat(names(document().at("/components/headers")))
                .containsExactlyInAnyOrder(
                        "Accept-Encoding", "Allow", "Cache-Control", "ETag", "Retry-After", "WWW-Authenticate");
    }

    @Test
    void membersThatAreAlwaysThereAreRequiredAndOthersMayBeNullOrAbsent() {
        JsonNode schemas = document().path("components").path("schemas");
        assertThat(texts(schemas.at("/TokenResponse/required")))
                .containsExactlyInAnyOrder("token", "access_token", "token_type", "expires_in");
        assertThat(texts(schemas.at("/TokenResponse/properties/refresh_token/type")))
                .doesNotContain("null");
        assertThat(texts(schemas.at("/Session/required")))
                .containsExactlyInAnyOrderElementsOf(names(schemas.at("/Session/properties")));
        assertThat(texts(schemas.at("/Session/properties/user_agent/type"))).containsExactly("string", "null");
        assertThat(texts(schemas.at("/Session/properties/address/type"))).containsExactly("string", "null");
        assertThat(schemas.at("/Session/properties/id/type").asText()).isEqualTo("string");
        assertThat(texts(schemas.at("/Account/required")))
                .containsExactlyInAnyOrder("username", "created_at", "password_changed_at");
        assertThat(texts(schemas.at("/SignedUp/required"))).containsExactlyInAnyOrder("key", "username", "created_at");
        assertThat(texts(schemas.at("/JwkSet/required"))).containsExactly("keys");
        assertThat(texts(schemas.at("/Jwk/required"))).containsExactlyInAnyOrder("kty", "use", "kid", "alg");
        for (String request : List.of("NewAccount", "Credentials", "ChangeOfPassword", "Deletion")) {
            assertThat(texts(schemas.at("/" + request + "/required")))
                    .as(request)
                    .containsExactlyInAnyOrderElementsOf(names(schemas.at("/" + request + "/properties")));
            schemas.at("/" + request + "/properties")
                    .forEach(member -> assertThat(member.path("type").asText()).isEqualTo("string"));
        }
    }

    @Test
    void bothRefreshesTakeAnIdempotencyKey() {
        for (String method : List.of("get", "post")) {
            JsonNode parameters = document().at("/paths/~1refresh_token/" + method + "/parameters");
            assertThat(parameters).hasSize(1);
            JsonNode key = parameters.get(0);
            assertThat(key.path("name").asText()).isEqualTo("Idempotency-Key");
            assertThat(key.path("in").asText()).isEqualTo("header");
            assertThat(key.path("required").asBoolean()).isFalse();
            assertThat(key.path("description").asText()).isNotBlank();
            assertThat(key.path("example").asText()).hasSize(36);
            assertBounds(key.path("schema"), 16, 255);
        }
    }

    @Test
    void stringsHaveBoundsAndFormats() {
        JsonNode schemas = document().path("components").path("schemas");
        assertBounds(schemas.at("/NewAccount/properties/username"), 1, 64);
        assertBounds(schemas.at("/Credentials/properties/username"), 1, 256);
        assertBounds(schemas.at("/NewAccount/properties/password"), 8, 256);
        assertBounds(schemas.at("/Credentials/properties/password"), 1, 256);
        assertBounds(schemas.at("/ChangeOfPassword/properties/current_password"), 1, 256);
        assertBounds(schemas.at("/ChangeOfPassword/properties/new_password"), 8, 256);
        assertBounds(schemas.at("/Deletion/properties/password"), 1, 256);
        assertThat(schemas.findValues("password").stream().filter(JsonNode::isObject))
                .isNotEmpty()
                .allSatisfy(password -> {
                    assertThat(password.path("format").asText()).isEqualTo("password");
                    assertThat(password.path("writeOnly").asBoolean()).isTrue();
                });
        for (String token : List.of("token", "access_token", "refresh_token")) {
            assertThat(schemas.at("/TokenResponse/properties/" + token + "/maxLength")
                            .asInt())
                    .isEqualTo(8192);
        }
        assertThat(schemas.at("/Account/properties/created_at/format").asText()).isEqualTo("date-time");
        assertThat(schemas.at("/Session/properties/id/format").asText()).isEqualTo("uuid");
        JsonNode id = document().at("/paths/~1sessions~1{id}/delete/parameters/0");
        assertThat(id.at("/schema/format").asText()).isEqualTo("uuid");
        assertThat(id.path("example").asText()).isNotBlank();
    }

    private static void assertBounds(JsonNode member, int min, int max) {
        assertThat(member.path("minLength").asInt()).isEqualTo(min);
        assertThat(member.path("maxLength").asInt()).isEqualTo(max);
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
    void callsThatTakeATokenSayWhichAndOthersThatTheyTakeNone() {
        String access = "[{\"accessToken\":[]}]";
        // Where both are entered, Swagger UI sends the last one.
        String either = "[{\"accessToken\":[]},{\"refreshToken\":[]}]";
        operations().forEach((call, operation) -> {
            String expected = switch (call) {
                case "post /signup", "post /login", "get /notsecret", "get /.well-known/jwks.json" -> "[]";
                case "get /refresh_token", "post /refresh_token", "post /logout" -> either;
                default -> access;
            };
            assertThat(operation.path("security").toString()).as(call).isEqualTo(expected);
        });
        JsonNode schemes = document().at("/components/securitySchemes");
        assertThat(names(schemes)).containsExactlyInAnyOrder("accessToken", "refreshToken");
        assertThat(schemes.at("/accessToken/bearerFormat").asText()).isEqualTo("JWT");
        schemes.forEach(scheme -> assertThat(scheme.path("scheme").asText()).isEqualTo("bearer"));
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
