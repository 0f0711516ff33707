package dev.gatehouse.problem;

import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The problems that do not belong to one feature. */
public enum CommonProblem implements Problem {
    /** The body is not exactly one JSON object in UTF-8. */
    MALFORMED_REQUEST(new Meaning(400, "Malformed request", "The body is not a single, well-formed JSON object")),
    /** Headers or query are wrong. */
    INVALID_REQUEST(new Meaning(400, "Invalid request", "The request's headers or query are invalid")),
    /** A call that needs a token came without one. */
    NOT_AUTHENTICATED(new Meaning(401, "Not authenticated", "Not authenticated", CHALLENGE)),
    /** A token is not ours, not whole, or not of the kind that is due. */
    INVALID_TOKEN(new Meaning(401, "Invalid token", "Invalid token", TOKEN_REFUSED)),
    /** A token of ours is past its time. */
    TOKEN_EXPIRED(new Meaning(401, "Token expired", "Token expired", TOKEN_REFUSED)),
    /** The caller is known and may not do this. */
    FORBIDDEN(new Meaning(403, "Forbidden", "The caller may not do this")),
    /** No such path. */
    NOT_FOUND(new Meaning(404, "Not found", "There is nothing at this path")),
    /** The path exists, but not for this method; {@code Allow} lists those it has. */
    METHOD_NOT_ALLOWED(new Meaning(405, "Method not allowed", "This path does not support the request's method")),
    /** {@code Accept} excludes each media type of the answer. */
    NOT_ACCEPTABLE(new Meaning(406, "Not acceptable", "The answer is application/json, which Accept excludes")),
    /** The request did not come to its end in time (RFC 9110, 15.5.9). */
    REQUEST_TIMEOUT(new Meaning(408, "Request timeout", "The request did not come to its end in time")),
    /** The body is larger than the call takes. */
    TOO_LARGE(new Meaning(413, "Too large", "The body is larger than 16 KiB")),
    /** The body is not declared as a media type that the call takes; or it is JSON in another charset than UTF-8. */
    UNSUPPORTED_MEDIA_TYPE(
            new Meaning(415, "Unsupported media type", "The body must be application/json in UTF-8, without a BOM")),
    /** Members are missing, of the wrong type or out of bounds. */
    VALIDATION_FAILED(new Meaning(422, "Validation failed", "Validation failed")),
    /** Too many attempts have failed, or been made, from here or for this name; {@code Retry-After} says when to come again. */
    TOO_MANY_ATTEMPTS(new Meaning(429, "Too many attempts", "Too many attempts", RETRY)),
    /** A fault of ours. The log has the incident's id and the cause. */
    INTERNAL_ERROR(new Meaning(500, "Internal error", "Internal error")),
    /** The body has a transfer coding that is not supported (RFC 9112, 6.1). */
    NOT_IMPLEMENTED(new Meaning(501, "Not implemented", "No transfer coding but chunked is supported")),
    /** There are more passwords to hash than can be hashed in time. */
    OVERLOADED(new Meaning(503, "Overloaded", "There is more to do than can be done in time", RETRY)),
    /** The call needs the database, and that is away. */
    DATABASE_UNAVAILABLE(
            new Meaning(503, "Database unavailable", "The database cannot be reached at the moment", RETRY)),
    /** The service has not reached its database since it started. */
    STARTING(new Meaning(503, "Starting", "The service is starting", RETRY)),
    /** The request names another version of HTTP than 1.0 and 1.1 (RFC 9110, 15.6.6). */
    HTTP_VERSION_NOT_SUPPORTED(
            new Meaning(505, "HTTP version not supported", "The versions 1.0 and 1.1 of HTTP are supported"));

    /** The problems that say the same as a status. */
    private static final Map<Integer, CommonProblem> BY_STATUS = Stream.of(
                    INVALID_REQUEST,
                    NOT_AUTHENTICATED,
                    FORBIDDEN,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    NOT_ACCEPTABLE,
                    REQUEST_TIMEOUT,
                    TOO_LARGE,
                    UNSUPPORTED_MEDIA_TYPE,
                    TOO_MANY_ATTEMPTS)
            .collect(Collectors.toUnmodifiableMap(CommonProblem::status, Function.identity()));

    private final Meaning meaning;

    CommonProblem(Meaning meaning) {
        this.meaning = meaning;
    }

    /**
     * Returns the document of a refusal that a framework chose by its status alone: that of the problem which says the same as the status.
     * Where there is none, the type is {@code about:blank}, and the document says no more than the status does (RFC 9457, 4.2.1).
     */
    public static Document documentOf(int status) {
        CommonProblem same = BY_STATUS.get(status);
        if (same != null) {
            return same.document();
        }
        Response.Status known = Response.Status.fromStatusCode(status);
        String title = known == null ? "Status " + status : known.getReasonPhrase();
        return new Document("about:blank", title, status, title, List.of(), null);
    }

    /** Returns the header fields that go with {@link #documentOf}. */
    public static Map<String, String> headersOf(int status) {
        CommonProblem same = BY_STATUS.get(status);
        if (same != null) {
            return same.headers();
        }
        return status == OVERLOADED.status() ? RETRY : Map.of();
    }

    @Override
    public Meaning meaning() {
        return meaning;
    }
}
