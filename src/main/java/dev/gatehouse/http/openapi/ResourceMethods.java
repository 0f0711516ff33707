package dev.gatehouse.http.openapi;

import io.quarkus.security.Authenticated;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.Paths;
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

    private final IndexView index;
    private final Map<String, MethodInfo> byCall = new HashMap<>();

    ResourceMethods(IndexView index) {
        this.index = index;
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

    /**
     * Calls an action for each operation whose resource method is known.
     *
     * @param declaring the annotations that the action reads
     * @throws IllegalStateException where a method with such an annotation is at no operation, so that the annotation would have no effect
     */
    void forEach(OpenAPI document, Collection<DotName> declaring, BiConsumer<Operation, MethodInfo> action) {
        Set<MethodInfo> documented = new HashSet<>();
        Optional.ofNullable(document.getPaths())
                .map(Paths::getPathItems)
                .orElse(Map.of())
                .forEach((path, item) -> item.getOperations().forEach((httpMethod, operation) -> {
                    MethodInfo method = byCall.get(call(httpMethod.name(), path));
                    if (method != null) {
                        documented.add(method);
                        action.accept(operation, method);
                    }
                }));
        declaring.forEach(annotation -> requireAll(documented, annotation));
    }

    private void requireAll(Set<MethodInfo> documented, DotName annotation) {
        for (AnnotationInstance use : index.getAnnotations(annotation)) {
            if (use.target().kind() == AnnotationTarget.Kind.METHOD
                    && !documented.contains(use.target().asMethod())) {
                MethodInfo method = use.target().asMethod();
                throw new IllegalStateException("@" + annotation.withoutPackagePrefix() + " has no effect at "
                        + method.declaringClass().name() + "." + method.name()
                        + ", which is at no path of the OpenAPI document");
            }
        }
    }

    /** Whether a method or its class has an annotation. */
    static boolean has(MethodInfo method, Class<? extends Annotation> annotation) {
        return method.hasDeclaredAnnotation(annotation)
                || method.declaringClass().hasDeclaredAnnotation(annotation);
    }

    /** Whether a method needs an access token. */
    static boolean isAuthenticated(MethodInfo method) {
        return has(method, Authenticated.class) || has(method, RolesAllowed.class);
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
