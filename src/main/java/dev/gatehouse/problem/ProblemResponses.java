package dev.gatehouse.problem;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * Writes every refusal into the OpenAPI document while the application is built: those that any call can get, and those
 * that a resource method names in its {@code x-problems} extension.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ProblemResponses implements OASFilter {
    private static final String PROBLEMS = "x-problems";

    /** They belong to no operation: there is none, or the request is not one that HTTP allows. They are among the components. */
    private static final List<Problem> NOWHERE = List.of(
            Problem.NOT_FOUND,
            Problem.METHOD_NOT_ALLOWED,
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

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents().addSchema("FieldError", fieldError());
        document.getComponents().addSchema("Problem", problem());
        NOWHERE.forEach(
                problem -> document.getComponents().addResponse(problem.hyphenated(), response(List.of(problem))));
        document.getPaths()
                .getPathItems()
                .values()
                .forEach(path -> path.getOperations().values().forEach(ProblemResponses::addResponses));
    }

    private static void addResponses(Operation operation) {
        Set<Problem> problems = new LinkedHashSet<>(named(operation));
        problems.addAll(ANYWHERE);
        operation.removeExtension(PROBLEMS);
        Map<Integer, List<Problem>> byStatus = problems.stream()
                .collect(Collectors.groupingBy(Problem::status, TreeMap::new, Collectors.toCollection(ArrayList::new)));
        byStatus.forEach((status, same) -> operation.getResponses().addAPIResponse(status.toString(), response(same)));
    }

    private static List<Problem> named(Operation operation) {
        Object names = operation.getExtensions() == null
                ? null
                : operation.getExtensions().get(PROBLEMS);
        return names == null
                ? List.of()
                : List.of(names.toString().split(",")).stream()
                        .map(String::strip)
                        .map(Problem::named)
                        .toList();
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
