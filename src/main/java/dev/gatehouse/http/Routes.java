package dev.gatehouse.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.jspecify.annotations.Nullable;

/**
 * The paths of the service and what each allows, read from its OpenAPI document at start. So the document is the one
 * list of them: beside itself and the page that shows it, what it does not name does not exist.
 */
@Singleton
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
class Routes implements OASFilter {
    /** Marks an operation that answers before the database has been reached. */
    static final String AVAILABLE_WHILE_STARTING = "x-available-while-starting";

    /** Marks a GET that changes something, so that HEAD, the method of probes, is not offered beside it. */
    static final String NO_HEAD = "x-no-head";

    /**
     * Marks a GET that a proxy calls with whatever method, query and media types the proxied request has, and that is
     * judged by its credentials alone.
     */
    static final String ANY_METHOD = "x-any-method";

    private static final Route DOCUMENTATION = new Route(Set.of("GET", "HEAD"), true, false, false);

    private final Map<String, Route> byPath = new HashMap<>();
    private final Map<Pattern, Route> byTemplate = new LinkedHashMap<>();

    /**
     * One path.
     *
     * @param json whether the answer is JSON, so that {@code Accept} has a say
     * @param anyMethod whether only the credentials have a say
     */
    record Route(Set<String> methods, boolean availableWhileStarting, boolean json, boolean anyMethod) {
        /** The value of an {@code Allow} field. */
        String allow() {
            return String.join(", ", new TreeSet<>(methods));
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        byPath.put("/openapi.json", new Route(DOCUMENTATION.methods(), true, true, false));
        if (document.getPaths() != null) {
            document.getPaths().getPathItems().forEach(this::add);
        }
    }

    /** The route at a path as it stands in the request line; {@code null} where the document has none. */
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
        boolean availableWhileStarting = false;
        boolean anyMethod = false;
        for (Map.Entry<PathItem.HttpMethod, Operation> entry :
                item.getOperations().entrySet()) {
            methods.add(entry.getKey().name());
            availableWhileStarting |= entry.getValue().hasExtension(AVAILABLE_WHILE_STARTING);
            anyMethod |= entry.getValue().hasExtension(ANY_METHOD);
            if (entry.getKey() == PathItem.HttpMethod.GET && !entry.getValue().hasExtension(NO_HEAD)) {
                methods.add("HEAD");
            }
        }
        Route route = new Route(Set.copyOf(methods), availableWhileStarting, true, anyMethod);
        if (path.contains("{")) {
            byTemplate.put(Pattern.compile(path.replaceAll("\\{[^/]+}", "[^/]+")), route);
        } else {
            byPath.put(path, route);
        }
    }
}
