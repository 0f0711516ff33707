package dev.gatehouse.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.parameters.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * The paths of the service and what each allows, read from its OpenAPI document at start. So the document is the one
 * list of them: beside itself and the page that shows it, what it does not name does not exist.
 */
@Singleton
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
class Routes implements OASFilter {
    private static final String JSON = MediaTypes.JSON;

    private static final Route DOCUMENTATION =
            new Route(Set.of("GET", "HEAD"), true, false, false, RoutePolicy.BODY_LIMIT, Map.of(), Map.of());

    private final Map<String, Route> byPath = new HashMap<>();
    private final Map<Pattern, Route> byTemplate = new LinkedHashMap<>();

    /**
     * One path.
     *
     * @param methods the HTTP methods
     * @param anyMethod whether only the credentials have a say
     * @param bodyLimit the largest body, in bytes
     * @param consumes the media types of bodies by HTTP method; a method that is missing takes JSON
     * @param produces the media types of responses by HTTP method; for a method that is missing {@code Accept} has no say
     */
    record Route(
            Set<String> methods,
            boolean whileStarting,
            boolean anyMethod,
            boolean tokenInQuery,
            int bodyLimit,
            Map<String, List<String>> consumes,
            Map<String, List<String>> produces) {
        /** The media types of a request's body. */
        List<String> consumes(String method) {
            return consumes.getOrDefault(method, List.of(JSON));
        }

        /** The media types of a response; empty where any {@code Accept} will do. */
        List<String> produces(String method) {
            return produces.getOrDefault(method, List.of());
        }

        /** The value of an {@code Allow} field. */
        String allow() {
            return String.join(", ", new TreeSet<>(methods));
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        byPath.put(
                "/openapi.json",
                new Route(
                        DOCUMENTATION.methods(),
                        true,
                        false,
                        false,
                        RoutePolicy.BODY_LIMIT,
                        Map.of(),
                        Map.of("GET", List.of(JSON), "HEAD", List.of(JSON))));
        if (document.getPaths() != null) {
            document.getPaths().getPathItems().forEach(this::add);
        }
    }

    /** Returns the route of the path in the request line, and null where the document has no such path. */
    @Nullable
    Route at(String path) {
        Route route = byPath.get(path);
        if (route != null) {
            return route;
        }
        if (path.equals("/docs") || path.startsWith("/docs/")) {
            return DOCUMENTATION;
        }
        return byTemplate.entrySet().stream()
                .filter(template -> template.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private void add(String path, PathItem item) {
        Set<String> methods = new TreeSet<>();
        Map<String, List<String>> consumes = new HashMap<>();
        Map<String, List<String>> produces = new HashMap<>();
        Map<String, Object> policy = new HashMap<>();
        item.getOperations().forEach((httpMethod, operation) -> {
            Map<String, Object> own = policy(operation);
            own.forEach((name, value) -> policy.merge(name, value, Routes::wider));
            boolean alsoHead = httpMethod == PathItem.HttpMethod.GET && !Boolean.FALSE.equals(own.get("head"));
            for (String method : alsoHead ? List.of("GET", "HEAD") : List.of(httpMethod.name())) {
                methods.add(method);
                produces.put(method, produces(operation));
                consumes(operation).ifPresent(types -> consumes.put(method, types));
            }
        });
        Route route = new Route(
                Set.copyOf(methods),
                Boolean.TRUE.equals(policy.get("whileStarting")),
                Boolean.TRUE.equals(policy.get("anyMethod")),
                Boolean.TRUE.equals(policy.get("tokenInQuery")),
                policy.get("bodyLimit") instanceof Number limit ? limit.intValue() : RoutePolicy.BODY_LIMIT,
                consumes,
                produces);
        if (path.contains("{")) {
            byTemplate.put(Pattern.compile(path.replaceAll("\\{[^/]+}", "[^/]+")), route);
        } else {
            byPath.put(path, route);
        }
    }

    /** Of the policies of several methods at one path: the larger limit, and true where one of them says so. */
    private static Object wider(Object one, Object other) {
        return one instanceof Number limit && other instanceof Number another
                ? (Object) Math.max(limit.intValue(), another.intValue())
                : Boolean.TRUE.equals(one) || Boolean.TRUE.equals(other);
    }

    /** Takes the mark of the build out of an operation, so that it is not published. */
    private static Map<String, Object> policy(Operation operation) {
        Map<String, Object> policy = new HashMap<>();
        if (operation.hasExtension(RouteMarks.POLICY)
                && operation.getExtensions().get(RouteMarks.POLICY) instanceof Map<?, ?> mark) {
            mark.forEach((name, value) -> policy.put(String.valueOf(name), value));
            operation.removeExtension(RouteMarks.POLICY);
        }
        return policy;
    }

    /** The media types of the successful responses; JSON where none of them has a body. */
    private static List<String> produces(Operation operation) {
        List<String> types = operation.getResponses().getAPIResponses().entrySet().stream()
                .filter(response -> response.getKey().startsWith("2"))
                .flatMap(response -> types(response.getValue().getContent()))
                .distinct()
                .toList();
        return types.isEmpty() ? List.of(JSON) : types;
    }

    private static Optional<List<String>> consumes(Operation operation) {
        RequestBody body = operation.getRequestBody();
        return Optional.ofNullable(body)
                .map(content -> types(content.getContent()).toList())
                .filter(types -> !types.isEmpty());
    }

    private static Stream<String> types(@Nullable Content content) {
        return content == null ? Stream.empty() : content.getMediaTypes().keySet().stream();
    }
}
