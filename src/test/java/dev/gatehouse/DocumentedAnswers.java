package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.oas.OpenApi31;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Holds answers to the service's OpenAPI document: path, method, status, media type, body and the header fields that the document
 * requires of problems. An answer that the document does not describe is an error.
 *
 * <p>Some answers belong to no operation. The document lists their problems among its components: 404 without a path, 405, a refused
 * origin, and requests that are not HTTP as the service speaks it.
 */
final class DocumentedAnswers {
    private static final String LOCATION = "https://gatehouse.test/openapi.json";
    private static final String EXAMPLES = "/content/application~1problem+json/examples";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final Set<Integer> WITHOUT_BODY = Set.of(204, 304);

    /** The statuses of requests that CORS or HTTP forbids, at any operation. */
    private static final Set<String> AT_ANY_OPERATION = Set.of("400", "403", "408", "501", "505");

    /** What the document does not describe: the framework's pages, and the resources of tests. */
    private static final Pattern OTHERS = Pattern.compile("/(q|probe|docs/refusing)/.*");

    /** The document and the page that shows it, whose errors are those of any path. */
    private static final Pattern PAGES = Pattern.compile("/(openapi\\.json|docs(/.*)?)");

    private final JsonNode document;
    private final JsonSchemaFactory factory;
    private final Map<String, JsonSchema> schemas = new ConcurrentHashMap<>();

    /** @param text the document in JSON */
    DocumentedAnswers(String text) {
        this.document = read(text);
        this.factory = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                made -> made.metaSchema(OpenApi31.getInstance())
                        .defaultMetaSchemaIri(OpenApi31.getInstance().getIri())
                        .schemaLoaders(loaders -> loaders.schemas(Map.of(LOCATION, text))));
    }

    private static JsonNode read(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    /**
     * Checks one answer.
     *
     * @param path the path of the request, without its query
     * @throws AssertionError when the document does not describe the answer
     */
    void check(String method, String path, Api.Answer answer) {
        if (isPreflight(method, answer)
                || OTHERS.matcher(path).matches()
                || (answer.status() < 400 && PAGES.matcher(path).matches())) {
            return;
        }
        String call = method + " " + path + " " + answer.status();
        String pointer = pointer(method, path, answer);
        assertThat(pointer).as("%s is documented: %s", call, answer.text()).isNotEmpty();
        JsonNode response = document.at(pointer);
        response.path("headers").fieldNames().forEachRemaining(name -> {
            if (isAlwaysThere(name, answer)) {
                assertThat(answer.header(name)).as("%s: %s", call, name).isNotEmpty();
            }
        });
        if (!method.equals("HEAD")) {
            checkBody(call, pointer, answer);
        }
    }

    /** It asks about a call and is none. */
    private static boolean isPreflight(String method, Api.Answer answer) {
        return method.equals("OPTIONS")
                && !answer.header("Access-Control-Allow-Methods").isEmpty();
    }

    /** Some fields depend on what is wrong. */
    private static boolean isAlwaysThere(String header, Api.Answer answer) {
        return switch (header) {
            case "WWW-Authenticate" -> answer.status() == 401;
            case "Accept-Encoding" -> false;
            default -> true;
        };
    }

    /** Returns where the document describes the answer; empty when it does not. */
    private String pointer(String method, String path, Api.Answer answer) {
        String status = String.valueOf(answer.status());
        String documented = operation(method, path)
                .map(operation -> operation + "/responses/" + status)
                .filter(response -> !document.at(response).isMissingNode())
                .findFirst()
                .map(this::resolve)
                .orElse("");
        if (!documented.isEmpty()) {
            return documented;
        }
        boolean exists = operation(method, path).findFirst().isPresent();
        boolean getWithoutHead = method.equals("HEAD") && answer.status() == 405;
        return !exists || getWithoutHead || AT_ANY_OPERATION.contains(status) ? component(method, answer) : "";
    }

    private Stream<String> operation(String method, String path) {
        // Proxies send any method to /verify.
        String name = path.equals("/verify") || method.equals("HEAD") ? "get" : method.toLowerCase(Locale.ROOT);
        return document.path("paths").properties().stream()
                .filter(item -> Pattern.matches(item.getKey().replaceAll("\\{[^/]+}", "[^/]+"), path))
                .filter(item -> METHODS.contains(name) && item.getValue().has(name))
                .map(item -> "/paths/" + item.getKey().replace("~", "~0").replace("/", "~1") + "/" + name);
    }

    /** Returns the component response that has the problem as an example under its own status. To HEAD, the status alone tells. */
    private String component(String method, Api.Answer answer) {
        return document.at("/components/responses").properties().stream()
                .filter(response -> response.getValue().at(EXAMPLES).properties().stream()
                        .filter(example ->
                                method.equals("HEAD") || example.getKey().equals(answer.problem()))
                        .anyMatch(example ->
                                example.getValue().at("/value/status").asInt() == answer.status()))
                .map(response -> "/components/responses/" + response.getKey())
                .findFirst()
                .orElse("");
    }

    private String resolve(String pointer) {
        String reference = document.at(pointer).path("$ref").asText();
        return reference.isEmpty() ? pointer : reference.substring(1);
    }

    private void checkBody(String call, String pointer, Api.Answer answer) {
        List<String> types = new ArrayList<>();
        document.at(pointer).path("content").fieldNames().forEachRemaining(types::add);
        if (types.isEmpty() || WITHOUT_BODY.contains(answer.status())) {
            assertThat(answer.text()).as(call).isEmpty();
            return;
        }
        String type = answer.header("Content-Type");
        assertThat(types).as(call).contains(type);
        String content = pointer + "/content/" + type.replace("/", "~1");
        if (type.equals("application/problem+json")) {
            assertThat(names(document.at(content + "/examples"))).as(call).contains(answer.problem());
        }
        assertThat(schemas.computeIfAbsent(content + "/schema", this::schema).validate(answer.text(), InputFormat.JSON))
                .as("%s %s", call, answer.text())
                .isEmpty();
    }

    private JsonSchema schema(String pointer) {
        SchemaValidatorsConfig config =
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
        return factory.getSchema(SchemaLocation.of(LOCATION + "#" + pointer), config);
    }

    private static List<String> names(JsonNode node) {
        return StreamSupport.stream(((Iterable<String>) node::fieldNames).spliterator(), false)
                .toList();
    }
}
