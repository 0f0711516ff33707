package dev.gatehouse.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every refusal that the service knows, as problem types of RFC 9457. The name in lower case with hyphens is the last
 * part of the {@code type} URI; clients may rely on it and on the status, not on the texts.
 */
public enum Problem {
    /** The body is not exactly one JSON object in UTF-8. */
    MALFORMED_REQUEST(400, "Malformed request", "The body is not a single, well-formed JSON object"),
    /** Headers or query are wrong. */
    INVALID_REQUEST(400, "Invalid request", "The request's headers or query are invalid"),
    /** A call that needs a token came without one. */
    NOT_AUTHENTICATED(401, "Not authenticated", "Not authenticated"),
    /** A token is not ours, not whole, or not of the kind that is due. */
    INVALID_TOKEN(401, "Invalid token", "Invalid token"),
    /** A token of ours is past its time. */
    TOKEN_EXPIRED(401, "Token expired", "Token expired"),
    /** The session of a credential has ended, or is beyond a limit. */
    SESSION_ENDED(401, "Session ended", "Session ended"),
    /** No account has this name and password; which of the two is wrong is never said (OWASP ASVS 5.0, 6.3.8). */
    INVALID_CREDENTIALS(401, "Invalid credentials", "Invalid username or password"),
    /** The caller is known and may not do this. */
    FORBIDDEN(403, "Forbidden", "The caller may not do this"),
    /** A token is good, but the password that must be given with it is wrong. */
    WRONG_PASSWORD(403, "Wrong password", "Wrong password"),
    /** Sign-up is switched off. */
    SIGNUP_CLOSED(403, "Sign-up is closed", "Sign-up is closed"),
    /** No such path. */
    NOT_FOUND(404, "Not found", "There is nothing at this path"),
    /** The path exists, but not for this method; {@code Allow} lists those it has. */
    METHOD_NOT_ALLOWED(405, "Method not allowed", "This path does not support the request's method"),
    /** The answer would be JSON, and {@code Accept} excludes that. */
    NOT_ACCEPTABLE(406, "Not acceptable", "The answer is application/json, which Accept excludes"),
    /** The request did not come to its end in time (RFC 9110, 15.5.9). */
    REQUEST_TIMEOUT(408, "Request timeout", "The request did not come to its end in time"),
    /** The username is taken. */
    ACCOUNT_EXISTS(409, "Account exists", "Account already exists"),
    /** The body is over 16 KiB. */
    TOO_LARGE(413, "Too large", "The body is larger than 16 KiB"),
    /** The body is not declared as JSON, or is in another charset than UTF-8. */
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type", "The body must be application/json in UTF-8, without a BOM"),
    /** Members are missing, of the wrong type or out of bounds. */
    VALIDATION_FAILED(422, "Validation failed", "Validation failed"),
    /** Too many attempts have failed, or been made, from here or for this name; {@code Retry-After} says when to come again. */
    TOO_MANY_ATTEMPTS(429, "Too many attempts", "Too many attempts"),
    /** A fault of ours; the incident's id stands in the log beside the cause. */
    INTERNAL_ERROR(500, "Internal error", "Internal error"),
    /** The body has a transfer coding that is not supported (RFC 9112, 6.1). */
    NOT_IMPLEMENTED(501, "Not implemented", "No transfer coding but chunked is supported"),
    /** There are more passwords to hash than can be hashed in time. */
    OVERLOADED(503, "Overloaded", "There is more to do than can be done in time"),
    /** The call needs the database, and that is away. */
    DATABASE_UNAVAILABLE(503, "Database unavailable", "The database cannot be reached at the moment"),
    /** The service has not reached its database since it started. */
    STARTING(503, "Starting", "The service is starting"),
    /** The request names another version of HTTP than 1.0 and 1.1 (RFC 9110, 15.6.6). */
    HTTP_VERSION_NOT_SUPPORTED(505, "HTTP version not supported", "The versions 1.0 and 1.1 of HTTP are supported");

    /** The media type of problem documents (RFC 9457, 3). */
    public static final String MEDIA_TYPE = "application/problem+json";

    private final int status;
    private final String title;
    private final String detail;

    Problem(int status, String title, String detail) {
        this.status = status;
        this.title = title;
        this.detail = detail;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The detail that stands in a document unless the occurrence has its own. */
    public String detail() {
        return detail;
    }

    /** What the type means, in a few words. */
    public String title() {
        return title;
    }

    /** The URI of the problem type, {@code urn:gatehouse:problem:} and the name. */
    public String type() {
        return "urn:gatehouse:problem:" + hyphenated();
    }

    /** The name as it stands in {@link #type()}. */
    public String hyphenated() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The header fields that go with this problem, whatever it answers: the challenge of RFC 6750, 3, and
     * {@code Retry-After} in seconds.
     */
    public Map<String, String> headers() {
        return switch (this) {
            case NOT_AUTHENTICATED, INVALID_CREDENTIALS ->
                Map.of("WWW-Authenticate", "Bearer", "Cache-Control", "no-store");
            case INVALID_TOKEN, TOKEN_EXPIRED, SESSION_ENDED ->
                Map.of("WWW-Authenticate", "Bearer error=\"invalid_token\"", "Cache-Control", "no-store");
            case INVALID_REQUEST -> Map.of("WWW-Authenticate", "Bearer error=\"invalid_request\"");
            case TOO_MANY_ATTEMPTS, OVERLOADED, DATABASE_UNAVAILABLE, STARTING -> Map.of("Retry-After", "1");
            case MALFORMED_REQUEST,
                    FORBIDDEN,
                    WRONG_PASSWORD,
                    SIGNUP_CLOSED,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    NOT_ACCEPTABLE,
                    REQUEST_TIMEOUT,
                    ACCOUNT_EXISTS,
                    TOO_LARGE,
                    UNSUPPORTED_MEDIA_TYPE,
                    VALIDATION_FAILED,
                    INTERNAL_ERROR,
                    NOT_IMPLEMENTED,
                    HTTP_VERSION_NOT_SUPPORTED -> Map.of();
        };
    }

    /** The exception that makes the running call answer with this problem. */
    public ProblemException toException() {
        return new ProblemException(this, List.of(), null);
    }

    /** As {@link #toException()}, for a problem that may be over after a while. */
    public ProblemException toException(Duration retryAfter) {
        return new ProblemException(this, List.of(), retryAfter);
    }

    /** As {@link #toException()}, with what is wrong with the members of the request. */
    public ProblemException toException(List<FieldError> errors) {
        return new ProblemException(this, errors, null);
    }

    /** What is wrong with one member of a request. */
    @RegisterForReflection
    public record FieldError(String field, String message) {}

    /** The body of every refusal (RFC 9457, 3.1), with the extension members {@code errors} and {@code incident}. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonPropertyOrder({"type", "title", "status", "detail", "errors", "incident"})
    public record Document(
            String type,
            String title,
            int status,
            String detail,
            List<FieldError> errors,
            @Nullable String incident) {}

    /** The document of one occurrence; absent parts are left out. */
    public Document document(@Nullable String occurrence, List<FieldError> errors, @Nullable String incident) {
        return new Document(type(), title, status, occurrence == null ? detail : occurrence, errors, incident);
    }
}
