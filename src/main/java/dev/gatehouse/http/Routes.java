package dev.gatehouse.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.parameters.RequestBody;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/**
 * The paths of the service and what each allows, read from its OpenAPI document at start. So the document is the one
 * list of them: beside itself and the page that shows it, what it does not name does not exist.
 */
@Singleton
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
class Routes implements OASFilter {
    private static final List<String> JSON = List.of(MediaTypes.JSON);

    private static final Set<String> NO_CONTENT = Set.of("204");

    /** Percent-encoded characters that RFC 3986, 2.3, does not reserve. A dot segment that they make is gone in the normalized path. */
    private static final Pattern ENCODED_UNRESERVED =
            Pattern.compile("%(?i:[46][1-9A-F]|[57][0-9A]|3[0-9]|2[DE]|5F|7E)");

    private static final Route DOCUMENT = page(JSON);
    private static final Route PAGE = page(List.of());

    private final Map<String, Route> byPath = new HashMap<>();
    private final Map<Pattern, Route> byTemplate = new LinkedHashMap<>();

    /**
     * One path.
     *
     * @param calls what holds for each HTTP method, by the method's name
     */
    record Route(Map<String, Call> calls) {
        /** Returns what holds for an HTTP method, and null where the path does not have the method. */
        @Nullable
        Call call(String method) {
            Call call = calls.get(method);
            return call != null ? call : calls.get(Call.ANY_METHOD);
        }

        /** Whether any method is answered, and the request's {@code Origin} ignored. */
        boolean anyMethod() {
            return calls.containsKey(Call.ANY_METHOD);
        }

        /** Whether scripts of every origin may read the response to a method; to one that the path does not have, where they may to another. */
        boolean anyOrigin(String method) {
            Call call = call(method);
            return call == null ? calls.values().stream().anyMatch(Call::anyOrigin) : call.anyOrigin();
        }

        /** The value of an {@code Allow} field. */
        String allow() {
            return String.join(", ", calls.keySet());
        }
    }

    /**
     * One HTTP method of a path. See {@link RoutePolicy}.
     *
     * @param secured whether the call takes a token
     * @param idempotencyKey whether the call takes an {@code Idempotency-Key}
     * @param bodyLimit the largest body, in bytes
     * @param consumes the media types of the request's body
     * @param produces the media types of the response; empty where any {@code Accept} will do
     */
    record Call(
            boolean whileStarting,
            boolean anyMethod,
            boolean anyOrigin,
            boolean tokenInQuery,
            boolean secured,
            boolean idempotencyKey,
            int bodyLimit,
            List<String> consumes,
            List<String> produces) {
        private static final String ANY_METHOD = "*";
    }

    private static Route page(List<String> produces) {
        Call get = new Call(true, false, false, false, false, false, RoutePolicy.BODY_LIMIT, JSON, produces);
        return new Route(new TreeMap<>(Map.of("GET", get, "HEAD", get)));
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        byPath.put("/openapi.json", DOCUMENT);
        if (document.getPaths() != null) {
            document.getPaths().getPathItems().forEach(this::add);
        }
    }

    /**
     * Returns the route of a request, and null where the document has no such path. JAX-RS matches the normalized path. A path is the same
     * call as its normalized form if they differ only in percent-encoded characters that RFC 3986, 2.3, does not reserve. Another path, such as
     * one with a dot segment, has no route: what is in front of the service may have judged it as another. A path with a parameter of a
     * segment has none either, since JAX-RS would drop the parameter.
     */
    @Nullable
    Route of(RoutingContext context) {
        String path = context.normalizedPath();
        String sent = context.request().path();
        boolean same = sent != null && path.equals(decodedUnreserved(sent)) && path.indexOf(';') < 0;
        return same ? at(path) : null;
    }

    private static String decodedUnreserved(String path) {
        return path.indexOf('%') < 0
                ? path
                : ENCODED_UNRESERVED
                        .matcher(path)
                        .replaceAll(encoded -> Character.toString(HexFormat.fromHexDigits(
                                encoded.group(), 1, encoded.group().length())));
    }

    /** Returns the route of the path in the request line, and null where the document has no such path. */
    private @Nullable Route at(String path) {
        Route route = byPath.get(path);
        if (route != null) {
            return route;
        }
        if (path.equals("/docs") || path.startsWith("/docs/")) {
            return PAGE;
        }
        return byTemplate.entrySet().stream()
                .filter(template -> template.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private void add(String path, PathItem item) {
        Map<String, Call> calls = new TreeMap<>();
        item.getOperations().forEach((method, operation) -> add(calls, method, operation));
        Route route = new Route(calls);
        if (path.contains("{")) {
            byTemplate.put(Pattern.compile(path.replaceAll("\\{[^/]+}", "[^/]+")), route);
        } else {
            byPath.put(path, route);
        }
    }

    private static void add(Map<String, Call> calls, PathItem.HttpMethod method, Operation operation) {
        Map<?, ?> policy = policy(operation);
        Call call = new Call(
                Boolean.TRUE.equals(policy.get("whileStarting")),
                Boolean.TRUE.equals(policy.get("anyMethod")),
                Boolean.TRUE.equals(policy.get("anyOrigin")),
                Boolean.TRUE.equals(policy.get("tokenInQuery")),
                operation.getSecurity() != null && !operation.getSecurity().isEmpty(),
                takes(operation, IdempotencyKey.FIELD),
                policy.get("bodyLimit") instanceof Number limit ? limit.intValue() : RoutePolicy.BODY_LIMIT,
                consumes(operation),
                produces(operation));
        calls.put(method.name(), call);
        if (method == PathItem.HttpMethod.GET && !Boolean.FALSE.equals(policy.get("head"))) {
            calls.put("HEAD", call);
        }
        if (call.anyMethod()) {
            calls.put(Call.ANY_METHOD, call);
        }
    }

    private static boolean takes(Operation operation, String field) {
        return operation.getParameters() != null
                && operation.getParameters().stream().anyMatch(parameter -> field.equals(parameter.getName()));
    }

    /** Takes the mark of the build out of an operation, so that it is not published. */
    private static Map<?, ?> policy(Operation operation) {
        if (operation.hasExtension(RoutePolicy.MARK)
                && operation.getExtensions().get(RoutePolicy.MARK) instanceof Map<?, ?> mark) {
            operation.removeExtension(RoutePolicy.MARK);
            return mark;
        }
        return Map.of();
    }

    /** The media types of the successful responses; none where no successful response has a body. */
    private static List<String> produces(Operation operation) {
        Map<String, APIResponse> successes =
                new TreeMap<>(operation.getResponses().getAPIResponses());
        successes.keySet().removeIf(status -> !status.startsWith("2"));
        List<String> types = successes.values().stream()
                .flatMap(response -> types(response.getContent()))
                .distinct()
                .toList();
        return types.isEmpty() && !successes.keySet().equals(NO_CONTENT) ? JSON : types;
    }

    /** The media types of the body; JSON where the operation has none. */
    private static List<String> consumes(Operation operation) {
        RequestBody body = operation.getRequestBody();
        List<String> types = body == null ? List.of() : types(body.getContent()).toList();
        return types.isEmpty() ? JSON : types;
    }

    private static Stream<String> types(@Nullable Content content) {
        return content == null ? Stream.empty() : content.getMediaTypes().keySet().stream();
    }
}
