package dev.gatehouse.http.openapi;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.RecordComponentInfo;
import org.jspecify.annotations.Nullable;

/**
 * Completes the schemas of the OpenAPI document from the records of the bodies, while the application is built. A member of a response is
 * required unless the record leaves it out when it is null ({@code @JsonInclude}), and may be null if it is {@code @Nullable}. The
 * example of a body consists of the examples of its members.
 */
final class BodySchemas {
    private static final String REFERENCE = "#/components/schemas/";
    private static final List<String> SIMPLE_TYPES = List.of("Instant", "UUID");
    private static final DotName NULLABLE = DotName.createSimple(Nullable.class);
    private static final DotName SCHEMA =
            DotName.createSimple(org.eclipse.microprofile.openapi.annotations.media.Schema.class);

    private final IndexView index;

    BodySchemas(IndexView index) {
        this.index = index;
    }

    /** Completes the schemas of a document, and adds the examples of its bodies. */
    void complete(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        Set<String> requests = new HashSet<>();
        operations(document)
                .flatMap(BodySchemas::requestTypes)
                .map(type -> type.getSchema().getRef())
                .filter(Objects::nonNull)
                .forEach(requests::add);
        SIMPLE_TYPES.forEach(name -> inline(document, name));
        schemas.forEach((name, schema) -> {
            if (!requests.contains(REFERENCE + name)) {
                recordOf(name, schema).ifPresent(type -> complete(schema, type));
            }
        });
        operations(document)
                .flatMap(operation -> Stream.concat(requestTypes(operation), responseTypes(operation)))
                .forEach(type -> example(type.getSchema(), schemas).ifPresent(type::setExample));
    }

    /** Puts the type in the place of each reference to it, so that the document does not publish the names of Java types. */
    private static void inline(OpenAPI document, String name) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        Schema simple = schemas.get(name);
        if (simple == null) {
            return;
        }
        schemas.values().stream()
                .map(Schema::getProperties)
                .filter(Objects::nonNull)
                .flatMap(members -> members.values().stream())
                .filter(member -> (REFERENCE + name).equals(member.getRef()))
                .forEach(member -> {
                    member.setRef(null);
                    member.type(simple.getType()).format(simple.getFormat()).pattern(null);
                });
        document.getComponents().removeSchema(name);
    }

    private static Stream<Operation> operations(OpenAPI document) {
        return document.getPaths().getPathItems().values().stream()
                .flatMap(item -> item.getOperations().values().stream());
    }

    private static Stream<MediaType> requestTypes(Operation operation) {
        return operation.getRequestBody() == null
                ? Stream.empty()
                : types(operation.getRequestBody().getContent());
    }

    private static Stream<MediaType> responseTypes(Operation operation) {
        return operation.getResponses().getAPIResponses().entrySet().stream()
                .filter(response -> response.getKey().startsWith("2"))
                .flatMap(response -> types(response.getValue().getContent()));
    }

    private static Stream<MediaType> types(@Nullable Content content) {
        return content == null
                ? Stream.empty()
                : content.getMediaTypes().values().stream().filter(type -> type.getSchema() != null);
    }

    /** Returns the record with a schema's name and members. */
    private Optional<ClassInfo> recordOf(String name, Schema schema) {
        return index.getKnownClasses().stream()
                .filter(ClassInfo::isRecord)
                .filter(type -> name(type).equals(name) && schema.getProperties() != null)
                .filter(type -> schema.getProperties()
                        .keySet()
                        .containsAll(type.recordComponents().stream()
                                .map(BodySchemas::name)
                                .toList()))
                .findFirst();
    }

    private static String name(ClassInfo type) {
        AnnotationInstance schema = type.declaredAnnotation(SCHEMA);
        AnnotationValue name = schema == null ? null : schema.value("name");
        return name == null ? type.simpleName() : name.asString();
    }

    /** The name of a member in JSON, see {@code StrictJson}. */
    private static String name(RecordComponentInfo member) {
        return member.name().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static void complete(Schema schema, ClassInfo type) {
        boolean leavesOutNull = type.hasDeclaredAnnotation(JsonInclude.class);
        List<String> required = new ArrayList<>();
        for (RecordComponentInfo member : type.recordComponents()) {
            boolean nullable = member.type().hasAnnotation(NULLABLE);
            if (!nullable || !leavesOutNull) {
                required.add(name(member));
            }
            if (nullable && !leavesOutNull) {
                Objects.requireNonNull(schema.getProperties().get(name(member))).addType(Schema.SchemaType.NULL);
            }
        }
        schema.setRequired(required);
    }

    /** Returns the example of a schema, or that of its members together; empty where a required member has none. */
    private static Optional<Object> example(Schema schema, Map<String, Schema> schemas) {
        if (schema.getRef() != null) {
            return Optional.ofNullable(schemas.get(schema.getRef().substring(REFERENCE.length())))
                    .flatMap(referred -> example(referred, schemas));
        }
        if (schema.getExamples() != null) {
            return schema.getExamples().stream().findFirst();
        }
        if (schema.getItems() != null) {
            return example(schema.getItems(), schemas).map(List::of);
        }
        return schema.getProperties() == null ? Optional.empty() : exampleOfMembers(schema, schemas);
    }

    private static Optional<Object> exampleOfMembers(Schema schema, Map<String, Schema> schemas) {
        Map<String, Object> members = new LinkedHashMap<>();
        schema.getProperties()
                .forEach((name, member) -> example(member, schemas).ifPresent(value -> members.put(name, value)));
        Collection<String> required = Optional.ofNullable(schema.getRequired()).orElse(List.of());
        return members.keySet().containsAll(required) ? Optional.of(members) : Optional.empty();
    }
}
