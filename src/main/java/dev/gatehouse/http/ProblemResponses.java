package dev.gatehouse.http;

import dev.gatehouse.problem.Problem;
import dev.gatehouse.problem.Problems;
import io.quarkus.security.Authenticated;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.annotation.security.RolesAllowed;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;

/**
 * Writes every refusal into the OpenAPI document while the application is built: what any call can get, what the access token of an
 * {@code @Authenticated} call can be refused for, and what a resource method names in {@link Problems}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ProblemResponses implements OASFilter {
    /** They belong to no operation: there is none, or the request is not one that HTTP allows. They are among the components. */
    private static final List<Problem> NOWHERE = List.of(
            Problem.NOT_FOUND,
            Problem.METHOD_NOT_ALLOWED,
            Problem.FORBIDDEN,
            Problem.REQUEST_TIMEOUT,
            Problem.NOT_IMPLEMENTED,
            Problem.HTTP_VERSION_NOT_SUPPORTED);

    private static final List<Problem> ANYWHERE = List.of(
            Problem.INVALID_REQUEST,
            Problem.NOT_ACCEPTABLE,
            Problem.TOO_LARGE,
            Problem.UNSUPPORTED_MEDIA_TYPE,
            Problem.INTERNAL_ERROR,
            Problem.OVERLOADED); // While it stops.

    private static final List<Problem> OF_AN_ACCESS_TOKEN = List.of(
            Problem.NOT_AUTHENTICATED, Problem.INVALID_TOKEN, Problem.TOKEN_EXPIRED, Problem.DATABASE_UNAVAILABLE);

    private final ResourceMethods methods;

    /** Called by Quarkus during the build. */
    public ProblemResponses(IndexView index) {
        this.methods = new ResourceMethods(index);
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents().addSchema("FieldError", fieldError());
        document.getComponents().addSchema("Problem", problem());
        NOWHERE.forEach(
                problem -> document.getComponents().addResponse(problem.hyphenated(), response(List.of(problem))));
        methods.forEach(document, ProblemResponses::addResponses);
    }

    private static void addResponses(Operation operation, MethodInfo method) {
        Set<Problem> problems = EnumSet.copyOf(ANYWHERE);
        if (method.hasDeclaredAnnotation(Authenticated.class)) {
            problems.addAll(OF_AN_ACCESS_TOKEN);
        }
        if (method.hasDeclaredAnnotation(RolesAllowed.class)) {
            problems.addAll(OF_AN_ACCESS_TOKEN);
            problems.add(Problem.FORBIDDEN);
        }
        if (!answersWhileStarting(method)) {
            problems.add(Problem.STARTING);
        }
        AnnotationInstance named = method.annotation(Problems.class);
        if (named != null) {
            Stream.of(named.value().asEnumArray()).map(Problem::valueOf).forEach(problems::add);
        }
        Map<Integer, List<Problem>> byStatus = problems.stream()
                .collect(Collectors.groupingBy(Problem::status, TreeMap::new, Collectors.toCollection(ArrayList::new)));
        byStatus.forEach((status, same) -> operation.getResponses().addAPIResponse(status.toString(), response(same)));
    }

    private static boolean answersWhileStarting(MethodInfo method) {
        AnnotationInstance policy = method.annotation(RoutePolicy.class);
        AnnotationValue value = policy == null ? null : policy.value("whileStarting");
        return value != null && value.asBoolean();
    }

    private static APIResponse response(List<Problem> problems) {
        MediaType body =
                OASFactory.createMediaType().schema(OASFactory.createSchema().ref("#/components/schemas/Problem"));
        problems.forEach(problem ->
                body.addExample(problem.hyphenated(), OASFactory.createExample().value(example(problem))));
        return OASFactory.createAPIResponse()
                .description(problems.stream().map(Problem::title).collect(Collectors.joining("; ")))
                .content(OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, body));
    }

    private static Map<String, Object> example(Problem problem) {
        Map<String, Object> members = new TreeMap<>();
        members.put("type", problem.type());
        members.put("title", problem.title());
        members.put("status", problem.status());
        members.put("detail", problem.detail());
        return members;
    }

    private static Schema problem() {
        return object("A problem document (RFC 9457)")
                .addProperty("type", text("The problem's type, one of urn:gatehouse:problem:*"))
                .addProperty("title", text("What the type means"))
                .addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("detail", text("What is wrong here"))
                .addProperty(
                        "errors",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.ARRAY)
                                .description("With validation-failed: each member that is wrong")
                                .items(OASFactory.createSchema().ref("#/components/schemas/FieldError")))
                .addProperty("incident", text("With internal-error: the id that stands in the log beside the cause"))
                .required(List.of("type", "title", "status", "detail"));
    }

    private static Schema fieldError() {
        return object("What is wrong with a member of the request")
                .addProperty("field", text("The member's name"))
                .addProperty("message", text("What is wrong with it"))
                .required(List.of("field", "message"));
    }

    private static Schema object(String description) {
        return OASFactory.createSchema().addType(Schema.SchemaType.OBJECT).description(description);
    }

    private static Schema text(String description) {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING).description(description);
    }
}
