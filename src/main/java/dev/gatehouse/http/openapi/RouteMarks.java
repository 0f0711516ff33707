package dev.gatehouse.http.openapi;

import dev.gatehouse.http.Compressed;
import dev.gatehouse.http.RoutePolicy;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;

/**
 * Carries each {@link RoutePolicy} from the build to the start, in the OpenAPI document: so no annotation is read by reflection.
 * {@code Routes} takes the mark out again before the document is published.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class RouteMarks implements OASFilter {
    private static final DotName ROUTE_POLICY = DotName.createSimple(RoutePolicy.class);

    private static final DotName COMPRESSED = DotName.createSimple(Compressed.class);

    private final ResourceMethods methods;

    /** Called by Quarkus during the build. */
    public RouteMarks(IndexView index) {
        this.methods = new ResourceMethods(index);
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        methods.forEach(document, List.of(ROUTE_POLICY, COMPRESSED), (operation, method) -> {
            AnnotationInstance policy = method.annotation(ROUTE_POLICY);
            if (policy != null) {
                mark(operation, policy);
            }
        });
    }

    private static void mark(Operation operation, AnnotationInstance policy) {
        Map<String, Object> values = new TreeMap<>();
        policy.values().forEach(value -> values.put(value.name(), value.value()));
        operation.addExtension(RoutePolicy.MARK, values);
    }
}
