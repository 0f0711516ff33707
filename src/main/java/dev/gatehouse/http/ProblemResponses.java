package dev.gatehouse.http;

import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.Problem;
import io.quarkus.security.Authenticated;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.annotation.security.RolesAllowed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;

/**
 * Writes every refusal into the OpenAPI document while the application is built: what any call can get, what the access token of an
 * {@code @Authenticated} call can be refused for, and what a resource method lists by an annotation that
 * {@link Problem.Listing} marks.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ProblemResponses implements OASFilter {
    /** They belong to no operation: there is none, or the request is not one that HTTP allows. They are among the components. */
    private static final List<Problem> NOWHERE = List.of(
            CommonProblem.NOT_FOUND,
            CommonProblem.METHOD_NOT_ALLOWED,
            CommonProblem.FORBIDDEN,
            CommonProblem.REQUEST_TIMEOUT,
            CommonProblem.NOT_IMPLEMENTED,
            CommonProblem.HTTP_VERSION_NOT_SUPPORTED);

    private static final List<Problem> ANYWHERE = List.of(
            CommonProblem.INVALID_REQUEST,
            CommonProblem.NOT_ACCEPTABLE,
            CommonProblem.TOO_LARGE,
            CommonProblem.UNSUPPORTED_MEDIA_TYPE,
            CommonProblem.INTERNAL_ERROR,
            CommonProblem.OVERLOADED); // While it stops.

    private static final List<Problem> OF_AN_ACCESS_TOKEN = List.of(
            CommonProblem.NOT_AUTHENTICATED,
            CommonProblem.INVALID_TOKEN,
            CommonProblem.TOKEN_EXPIRED,
            CommonProblem.DATABASE_UNAVAILABLE);

    private final ResourceMethods methods;

    /** The annotations that list problems. */
    private final List<DotName> lists;

    /** Called by Quarkus during the build. */
    public ProblemResponses(IndexView index) {
        this.methods = new ResourceMethods(index);
        this.lists = index.getAnnotations(Problem.Listing.class).stream()
                .map(mark -> mark.target().asClass().name())
                .sorted()
                .toList();
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents().addSchema("FieldError", fieldError());
        document.getComponents().addSchema("Problem", problem());
        NOWHERE.forEach(
                problem -> document.getComponents().addResponse(problem.hyphenated(), response(List.of(problem))));
        methods.forEach(document, lists, this::addResponses);
    }

    private void addResponses(Operation operation, MethodInfo method) {
        Set<Problem> problems = new LinkedHashSet<>(ANYWHERE);
        if (ResourceMethods.has(method, Authenticated.class)) {
            problems.addAll(OF_AN_ACCESS_TOKEN);
        }
        if (ResourceMethods.has(method, RolesAllowed.class)) {
            problems.addAll(OF_AN_ACCESS_TOKEN);
            problems.add(CommonProblem.FORBIDDEN);
        }
        if (!answersWhileStarting(method)) {
            problems.add(CommonProblem.STARTING);
        }
        lists.stream()
                .map(method::annotation)
                .filter(Objects::nonNull)
                .flatMap(list -> list.value().asArrayList().stream())
                .map(ProblemResponses::constant)
                .sorted(Comparator.comparing(problem -> !(problem instanceof CommonProblem)))
                .forEach(problems::add);
        Map<Integer, List<Problem>> byStatus = problems.stream()
                .collect(Collectors.groupingBy(Problem::status, TreeMap::new, Collectors.toCollection(ArrayList::new)));
        byStatus.forEach((status, same) -> operation.getResponses().addAPIResponse(status.toString(), response(same)));
    }

    /** By reflection, which is there while the application is built. */
    private static Problem constant(AnnotationValue value) {
        try {
            Class<?> type = Class.forName(value.asEnumType().toString());
            return Stream.of(type.getEnumConstants())
                    .map(Problem.class::cast)
                    .filter(problem -> problem.name().equals(value.asEnum()))
                    .findFirst()
                    .orElseThrow();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("cannot load " + value.asEnumType(), e);
        }
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
                .description(problems.stream()
                        .map(problem -> problem.meaning().title())
                        .collect(Collectors.joining("; ")))
                .content(OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, body));
    }

    private static Map<String, Object> example(Problem problem) {
        Map<String, Object> members = new TreeMap<>();
        members.put("type", problem.type());
        members.put("title", problem.meaning().title());
        members.put("status", problem.status());
        members.put("detail", problem.meaning().detail());
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
