package dev.gatehouse.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A problem type of RFC 9457. Each feature declares its own as constants of an enum; {@link CommonProblem} has those of no single feature.
 * The constant's name in lower case with hyphens is the last part of the {@code type} URI. Clients may rely on that URI and on the status,
 * and not on the texts.
 */
public interface Problem {
    /** The media type of problem documents (RFC 9457, 3). */
    String MEDIA_TYPE = "application/problem+json";

    /** The header fields that ask for a credential (RFC 6750, 3). */
    Map<String, String> CHALLENGE = Map.of("WWW-Authenticate", "Bearer", "Cache-Control", "no-store");

    /** The header fields that refuse a token (RFC 6750, 3.1). */
    Map<String, String> TOKEN_REFUSED =
            Map.of("WWW-Authenticate", "Bearer error=\"invalid_token\"", "Cache-Control", "no-store");

    /** The header field that asks the client to try again after a second. */
    Map<String, String> RETRY = Map.of("Retry-After", "1");

    /**
     * What a problem type says.
     *
     * @param status the HTTP status
     * @param title what the type means, in a few words
     * @param detail the detail of a document whose occurrence has none of its own
     * @param headers the header fields of each response with this problem
     */
    record Meaning(int status, String title, String detail, Map<String, String> headers) {
        /** Without header fields. */
        public Meaning(int status, String title, String detail) {
            this(status, title, detail, Map.of());
        }
    }

    /** The constant's name, in capitals with underscores. */
    String name();

    /** What the type says. */
    Meaning meaning();

    /** The HTTP status. */
    default int status() {
        return meaning().status();
    }

    /** The header fields that go with this problem, whatever it answers. */
    default Map<String, String> headers() {
        return meaning().headers();
    }

    /** The URI of the problem type, {@code urn:gatehouse:problem:} and the name. */
    default String type() {
        return "urn:gatehouse:problem:" + hyphenated();
    }

    /** The name as it stands in {@link #type()}. */
    default String hyphenated() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The exception that makes the running call answer with this problem. */
    default RuntimeException toException() {
        return new ProblemException(this, List.of(), null);
    }

    /** As {@link #toException()}, for a problem that may be over after a while. */
    default RuntimeException toException(Duration retryAfter) {
        return new ProblemException(this, List.of(), retryAfter);
    }

    /** As {@link #toException()}, with what is wrong with the members of the request. */
    default RuntimeException toException(List<FieldError> errors) {
        return new ProblemException(this, errors, null);
    }

    /** The document of one occurrence without an occurrence's own words. */
    default Document document() {
        return document(null, List.of(), null);
    }

    /** The document of one occurrence; absent parts are left out. */
    default Document document(@Nullable String occurrence, List<FieldError> errors, @Nullable String incident) {
        String detail = occurrence == null ? meaning().detail() : occurrence;
        return new Document(type(), meaning().title(), status(), detail, errors, incident);
    }

    /** What is wrong with one member of a request. */
    @RegisterForReflection
    record FieldError(String field, String message) {}

    /** The body of every refusal (RFC 9457, 3.1), with the extension members {@code errors} and {@code incident}. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonPropertyOrder({"type", "title", "status", "detail", "errors", "incident"})
    record Document(
            String type,
            String title,
            int status,
            String detail,
            List<FieldError> errors,
            @Nullable String incident) {}

    /**
     * Marks an annotation whose value lists problems that a resource method may answer. The OpenAPI document lists them from there. Each
     * feature with problems of its own has such an annotation, typed by the feature's enum, as {@link CommonProblems} is by
     * {@link CommonProblem}.
     *
     * <p>Problems that follow from elsewhere need no mention: what every call may answer, {@link CommonProblem#STARTING} unless the route
     * answers while the service starts, and what a call with {@code @Authenticated} says about its access token.
     */
    @Target(ElementType.ANNOTATION_TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Listing {}
}
