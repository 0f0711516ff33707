package dev.gatehouse.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What holds for the requests of a resource method, beside the media types of its {@code @Consumes} and {@code @Produces}. A method
 * without this annotation has the defaults. {@link FrontGate} and {@link Origins} keep to it.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface RoutePolicy {
    /**
     * The name of the extension that carries a policy in the OpenAPI document from the build to the start. Its value maps the names of the
     * members to their values, where these are not the defaults. {@link Routes} removes it before the document is published.
     */
    String MARK = "x-route-policy";

    /** The largest body by default, in bytes. */
    int BODY_LIMIT = 16 * 1024;

    /** The largest body that is read, in bytes, a multiple of 1024; a larger one is 413. */
    int bodyLimit() default BODY_LIMIT;

    /** Whether the method answers before the database has been reached; otherwise the answer is 503 {@code starting} until then. */
    boolean whileStarting() default false;

    /** Whether a GET also answers HEAD. False for a GET that changes something: HEAD is the method of probes. */
    boolean head() default true;

    /** Whether a query parameter may be called {@code token}; otherwise it is 400, since queries end up in logs (RFC 9700, 4.3.2). */
    boolean tokenInQuery() default false;

    /** Whether scripts of every origin may read the responses, also where CORS is off. Only for what everybody may know. */
    boolean anyOrigin() default false;

    /**
     * Whether the method is called by a proxy with whatever method, query, media types and {@code Origin} the proxied request has, and is
     * judged by its credentials alone.
     */
    boolean anyMethod() default false;
}
