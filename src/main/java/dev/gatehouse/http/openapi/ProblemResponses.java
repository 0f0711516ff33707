package dev.gatehouse.http.openapi;

import dev.gatehouse.http.RoutePolicy;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.Problem;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.annotation.security.RolesAllowed;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
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
 * {@link Problem.Listing} marks. The problems of one status are one component response, to which each operation that may answer exactly
 * these refers.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ProblemResponses implements OASFilter {
    /** They belong to no operation: there is none, or the request is not one that HTTP or CORS allows. */
    private static final List<Problem> NOWHERE = List.of(
            CommonProblem.NOT_FOUND,
            CommonProblem.METHOD_NOT_ALLOWED,
            CommonProblem.FORBIDDEN,
            CommonProblem.REQUEST_TIMEOUT,
            CommonProblem.NOT_IMPLEMENTED,
            CommonProblem.HTTP_VERSION_NOT_SUPPORTED);

    /** The last one while the service stops. */
    private static final List<Problem> ANYWHERE =
            List.of(CommonProblem.TOO_LARGE, CommonProblem.INTERNAL_ERROR, CommonProblem.OVERLOADED);

    /** What a call with {@link RoutePolicy#anyMethod} ignores. */
    private static final List<Problem> OF_HEADERS_AND_QUERY =
            List.of(CommonProblem.INVALID_REQUEST, CommonProblem.UNSUPPORTED_MEDIA_TYPE);

    /** Header fields that depend on the occurrence. */
    private static final Map<Problem, Set<String>> FIELDS_OF_OCCURRENCES = Map.of(
            CommonProblem.METHOD_NOT_ALLOWED, Set.of("Allow"),
            CommonProblem.INVALID_REQUEST, Set.of("WWW-Authenticate"),
            CommonProblem.UNSUPPORTED_MEDIA_TYPE, Set.of("Accept-Encoding"));

    private static final List<Problem> OF_AN_ACCESS_TOKEN = List.of(
            CommonProblem.NOT_AUTHENTICATED,
            CommonProblem.INVALID_TOKEN,
            CommonProblem.TOKEN_EXPIRED,
            CommonProblem.DATABASE_UNAVAILABLE);

    private static final String INCIDENT = "5f0c1a52-6f2b-4f0e-9d7e-3f1f6a3a2b11";

    /** The problems that share a status at most calls, by the name of their component. */
    private static final Map<String, Set<Problem>> USUAL = Map.of(
            "BadRequest", Set.of(CommonProblem.INVALID_REQUEST, CommonProblem.MALFORMED_REQUEST),
            "Unauthorized",
                    Set.of(CommonProblem.NOT_AUTHENTICATED, CommonProblem.INVALID_TOKEN, CommonProblem.TOKEN_EXPIRED),
            "ServiceUnavailable",
                    Set.of(CommonProblem.OVERLOADED, CommonProblem.STARTING, CommonProblem.DATABASE_UNAVAILABLE));

    /** Common problems first. */
    private static final Comparator<Problem> ORDER = Comparator.comparing(
                    (Problem problem) -> !(problem instanceof CommonProblem))
            .thenComparing(Problem::name);

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
        Components components = document.getComponents();
        components.addSchema("FieldError", fieldError());
        components.addSchema("Problem", problem());
        NOWHERE.forEach(problem -> reference(components, List.of(problem)));
        methods.forEach(
                document,
                lists,
                (operation, method) -> problems(operation, method).stream()
                        .collect(Collectors.groupingBy(Problem::status, TreeMap::new, Collectors.toList()))
                        .forEach((status, same) -> operation
                                .getResponses()
                                .addAPIResponse(status.toString(), reference(components, same))));
    }

    private Set<Problem> problems(Operation operation, MethodInfo method) {
        Set<Problem> problems = new LinkedHashSet<>(ANYWHERE);
        if (!policy(method, "anyMethod")) {
            problems.addAll(OF_HEADERS_AND_QUERY);
            if (hasBody(operation)) {
                problems.add(CommonProblem.NOT_ACCEPTABLE);
            }
        }
        if (ResourceMethods.isAuthenticated(method)) {
            problems.addAll(OF_AN_ACCESS_TOKEN);
        }
        if (ResourceMethods.has(method, RolesAllowed.class)) {
            problems.add(CommonProblem.FORBIDDEN);
        }
        if (!policy(method, "whileStarting")) {
            problems.add(CommonProblem.STARTING);
        }
        lists.stream()
                .map(method::annotation)
                .filter(Objects::nonNull)
                .flatMap(list -> list.value().asArrayList().stream())
                .map(ProblemResponses::constant)
                .forEach(problems::add);
        return problems;
    }

    /** Whether a success has a body, so that {@code Accept} can exclude it. */
    private static boolean hasBody(Operation operation) {
        return operation.getResponses().getAPIResponses().entrySet().stream()
                .anyMatch(response ->
                        response.getKey().startsWith("2") && response.getValue().getContent() != null);
    }

    private static boolean policy(MethodInfo method, String member) {
        AnnotationInstance policy = method.annotation(RoutePolicy.class);
        AnnotationValue value = policy == null ? null : policy.value(member);
        return value != null && value.asBoolean();
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

    /** Returns a reference to the component for exactly these problems of one status, which is made once. */
    private static APIResponse reference(Components components, List<Problem> problems) {
        List<Problem> sorted = problems.stream().sorted(ORDER).toList();
        String name = name(sorted);
        if (components.getResponses() == null || !components.getResponses().containsKey(name)) {
            components.addResponse(name, response(sorted));
        }
        return OASFactory.createAPIResponse().ref("#/components/responses/" + name);
    }

    /** The usual problems of a status have a name together, such as BadRequest. Others are joined: OverloadedOrStarting. */
    private static String name(List<Problem> problems) {
        Set<Problem> others = new LinkedHashSet<>(problems);
        List<String> parts = new ArrayList<>();
        USUAL.forEach((name, usual) -> {
            if (others.containsAll(usual)) {
                parts.add(name);
                usual.forEach(others::remove);
            }
        });
        others.forEach(problem -> parts.add(pascalCase(problem)));
        return String.join("Or", parts);
    }

    private static String pascalCase(Problem problem) {
        return Stream.of(problem.hyphenated().split("-", -1))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    private static APIResponse response(List<Problem> problems) {
        MediaType body =
                OASFactory.createMediaType().schema(OASFactory.createSchema().ref("#/components/schemas/Problem"));
        problems.forEach(problem ->
                body.addExample(problem.hyphenated(), OASFactory.createExample().value(example(problem))));
        APIResponse response = OASFactory.createAPIResponse()
                .description(problems.stream()
                        .map(problem -> problem.meaning().title())
                        .collect(Collectors.joining("; ")))
                .content(OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, body));
        problems.stream()
                .flatMap(ProblemResponses::headers)
                .distinct()
                .sorted()
                .forEach(header -> response.addHeader(header, ApiDescription.header(header)));
        return response;
    }

    private static Stream<String> headers(Problem problem) {
        Stream<String> always = problem.headers().keySet().stream();
        return Stream.concat(always, FIELDS_OF_OCCURRENCES.getOrDefault(problem, Set.of()).stream());
    }

    private static Map<String, Object> example(Problem problem) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", problem.type());
        members.put("title", problem.meaning().title());
        members.put("status", problem.status());
        members.put("detail", problem.meaning().detail());
        if (problem == CommonProblem.VALIDATION_FAILED) {
            members.put("errors", List.of(new TreeMap<>(Map.of("field", "username", "message", "must not be empty"))));
        }
        if (problem == CommonProblem.INTERNAL_ERROR) {
            members.put("incident", INCIDENT);
        }
        return members;
    }

    private static Schema problem() {
        return object("A problem document (RFC 9457). Clients may rely on `type` and `status`, and not on the texts.")
                .addProperty(
                        "type",
                        text("The problem type: `urn:gatehouse:problem:` and a name; or `about:blank`, where the status says all")
                                .format("uri")
                                .examples(List.of(CommonProblem.INVALID_TOKEN.type())))
                .addProperty("title", text("What the problem type means"))
                .addProperty(
                        "status",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.INTEGER)
                                .description("The HTTP status")
                                .minimum(BigDecimal.valueOf(400))
                                .maximum(BigDecimal.valueOf(599)))
                .addProperty("detail", text("What is wrong with this request"))
                .addProperty(
                        "errors",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.ARRAY)
                                .description("The members that are wrong. Only with `validation-failed`.")
                                .items(OASFactory.createSchema().ref("#/components/schemas/FieldError")))
                .addProperty(
                        "incident",
                        text("The id under which the service logged the cause. Only with `internal-error`.")
                                .format("uuid"))
                .required(List.of("type", "title", "status", "detail"));
    }

    private static Schema fieldError() {
        return object("What is wrong with one member of the request.")
                .addProperty("field", text("The name of the member"))
                .addProperty("message", text("What is wrong with its value"))
                .required(List.of("field", "message"));
    }

    private static Schema object(String description) {
        return OASFactory.createSchema().addType(Schema.SchemaType.OBJECT).description(description);
    }

    private static Schema text(String description) {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING).description(description);
    }
}
