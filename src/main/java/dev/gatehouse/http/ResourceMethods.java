package dev.gatehouse.http;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jspecify.annotations.Nullable;

/** Tells which resource method an operation of the OpenAPI document is, while the application is built. */
final class ResourceMethods {
    private static final List<Class<?>> HTTP_METHODS =
            List.of(GET.class, HEAD.class, POST.class, PUT.class, PATCH.class, DELETE.class, OPTIONS.class);
    private static final Pattern SLASHES = Pattern.compile("/+");

    private final Map<String, MethodInfo> byCall = new HashMap<>();

    ResourceMethods(IndexView index) {
        for (AnnotationInstance path : index.getAnnotations(Path.class)) {
            if (path.target().kind() == AnnotationTarget.Kind.CLASS) {
                path.target().asClass().methods().forEach(method -> add(path, method));
            }
        }
    }

    private void add(AnnotationInstance path, MethodInfo method) {
        for (Class<?> httpMethod : HTTP_METHODS) {
            if (method.hasDeclaredAnnotation(name(httpMethod))) {
                byCall.put(
                        call(httpMethod.getSimpleName(), text(path) + "/" + text(method.annotation(name(Path.class)))),
                        method);
            }
        }
    }

    /** Calls an action for each operation whose resource method is known. */
    void forEach(OpenAPI document, BiConsumer<Operation, MethodInfo> action) {
        if (document.getPaths() == null) {
            return;
        }
        document.getPaths()
                .getPathItems()
                .forEach((path, item) -> item.getOperations()
                        .forEach((method, operation) -> Optional.ofNullable(byCall.get(call(method.name(), path)))
                                .ifPresent(resource -> action.accept(operation, resource))));
    }

    private static String call(String method, String path) {
        return method + " " + SLASHES.matcher("/" + path + "/").replaceAll("/");
    }

    private static String text(@Nullable AnnotationInstance path) {
        return path == null ? "" : path.value().asString();
    }

    private static DotName name(Class<?> annotation) {
        return DotName.createSimple(annotation);
    }
}
