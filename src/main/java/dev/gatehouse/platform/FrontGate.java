package dev.gatehouse.platform;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges what can be judged of a request without its credentials and its members, in the order that the contract gives:
 * size, path, method, headers and query, whether the service has started, {@code Content-Type}, {@code Accept}. It
 * stands before JAX-RS, which would answer some of these in another order and some without a problem document.
 *
 * <p>Runs on the event loop and never blocks.
 */
@ApplicationScoped
class FrontGate {
    /** The largest body that is read, in bytes. */
    static final int MAX_BODY_BYTES = 16 * 1024;

    /** After the CORS filter (300), whose header fields refusals carry too, and before authentication (200). */
    private static final int PRIORITY = 250;

    /** Tokens in a query end up in logs and in the Referer (RFC 9700, 4.3.2). */
    private static final Set<String> FORBIDDEN_IN_QUERY = Set.of("access_token", "refresh_token", "token");

    /** Where the framework keeps its own pages in dev mode. */
    private static final String FRAMEWORK_PAGES = "/q/";

    /** Before the framework's own failure handler, which shows the fault. */
    private static final int FAILURES = 0;

    private final Routes routes;
    private final Database database;
    private final ProblemWriter problems;

    FrontGate(Routes routes, Database database, ProblemWriter problems) {
        this.routes = routes;
        this.database = database;
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        filters.register(this::enter, PRIORITY);
    }

    void registerFailures(@Observes Router router) {
        router.route().order(FAILURES).failureHandler(this::fail);
    }

    private void enter(RoutingContext context) {
        new BoundedBody(context, MAX_BODY_BYTES)
                .read(body -> judge(context, body), () -> problems.answer(context, Problem.TOO_LARGE));
    }

    private void judge(RoutingContext context, Buffer body) {
        HttpServerRequest request = context.request();
        String path = context.normalizedPath();
        if (path.startsWith(FRAMEWORK_PAGES)) {
            context.next();
            return;
        }
        // JAX-RS matches the normalized path. Where the raw one differs, gate and resource might mean different calls.
        Routes.Route route = path.equals(request.path()) ? routes.at(path) : null;
        if (route == null) {
            problems.answer(context, Problem.NOT_FOUND);
            return;
        }
        if (!route.methods().contains(request.method().name())) {
            context.response().putHeader(HttpHeaders.ALLOW, route.allow());
            problems.answer(context, Problem.METHOD_NOT_ALLOWED);
            return;
        }
        Problem refusal = refusal(context, route, body);
        if (refusal == null) {
            pass(context, body);
        } else {
            problems.answer(context, refusal);
        }
    }

    private @Nullable Problem refusal(RoutingContext context, Routes.Route route, Buffer body) {
        HttpServerRequest request = context.request();
        if (request.headers().getAll(HttpHeaders.AUTHORIZATION).size() > 1
                || context.queryParams().names().stream().anyMatch(FORBIDDEN_IN_QUERY::contains)) {
            return Problem.INVALID_REQUEST;
        }
        if (!route.availableWhileStarting() && !database.hasBeenReached()) {
            return Problem.STARTING;
        }
        if (body.length() > 0 && !MediaTypes.isJson(request.headers().getAll(HttpHeaders.CONTENT_TYPE), body)) {
            return Problem.UNSUPPORTED_MEDIA_TYPE;
        }
        List<String> accept = request.headers().getAll(HttpHeaders.ACCEPT);
        return route.json() && !MediaTypes.acceptsJson(accept) ? Problem.NOT_ACCEPTABLE : null;
    }

    /** What failed outside JAX-RS. */
    private void fail(RoutingContext context) {
        if (context.failure() == null && context.statusCode() == Problem.NOT_FOUND.status()) {
            problems.answer(context, Problem.NOT_FOUND);
        } else {
            problems.answerFault(context, context.failure());
        }
    }

    /** Hands over what has been judged: from here on the media types are settled and the body is in memory. */
    private static void pass(RoutingContext context, Buffer body) {
        context.request().headers().set(HttpHeaders.ACCEPT, "application/json");
        context.request().headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        ((RoutingContextInternal) context).setBody(body);
        context.next();
    }
}
