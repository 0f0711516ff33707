package dev.gatehouse.http;

import dev.gatehouse.client.Presence;
import dev.gatehouse.database.Database;
import dev.gatehouse.http.connection.RequestTarget;
import dev.gatehouse.lifecycle.Shutdown;
import dev.gatehouse.problem.Problem;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges what can be judged of a request without its credentials and its members, in the order that the README gives:
 * size, path, method, headers and query, whether the service has started, {@code Content-Type}, {@code Accept}. It
 * stands before JAX-RS, which would answer some of these in another order and some without a problem document.
 *
 * <p>Runs on the event loop and never blocks.
 */
@ApplicationScoped
class FrontGate {
    /** After the CORS filter (300), whose header fields refusals carry too, and before authentication (200). */
    private static final int PRIORITY = 250;

    /** Before the framework's own failure handler, which shows the fault. */
    private static final int FAILURES = 0;

    /** Where the framework keeps its own pages in dev mode. */
    private static final String FRAMEWORK_PAGES = "/q/";

    /** Tokens in a query end up in logs and in the Referer (RFC 9700, 4.3.2). */
    private static final Set<String> FORBIDDEN_IN_QUERY = Set.of("access_token", "refresh_token", "token");

    /** Marks a request that was judged under the method and query that its client chose. */
    private static final String JUDGED = "gatehouse.judged";

    private static final int KIBIBYTE = 1024;
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    private final Routes routes;
    private final Database database;
    private final Shutdown shutdown;
    private final ProblemWriter problems;

    FrontGate(Routes routes, Database database, Shutdown shutdown, ProblemWriter problems) {
        this.routes = routes;
        this.database = database;
        this.shutdown = shutdown;
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        filters.register(this::enter, PRIORITY);
    }

    void registerFailures(@Observes Router router) {
        router.route().order(FAILURES).failureHandler(this::fail);
    }

    private void enter(RoutingContext context) {
        if (context.get(JUDGED) != null) {
            pass(context, Buffer.buffer(), List.of(), List.of());
            return;
        }
        if (!shutdown.admit(context)) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            problems.answer(context, Problem.OVERLOADED, "The service is stopping");
            return;
        }
        int limit = bodyLimit(context);
        new BoundedBody(context, limit).read(body -> judge(context, body), () -> refuseBody(context, limit));
    }

    private void refuseBody(RoutingContext context, int limit) {
        problems.answer(context, Problem.TOO_LARGE, "The body is larger than " + limit / KIBIBYTE + " KiB");
    }

    private int bodyLimit(RoutingContext context) {
        Routes.Route route = routes.at(context.normalizedPath());
        return route == null ? RoutePolicy.BODY_LIMIT : route.bodyLimit();
    }

    private void judge(RoutingContext context, Buffer body) {
        HttpServerRequest request = context.request();
        String path = context.normalizedPath();
        if (path.startsWith(FRAMEWORK_PAGES) && LaunchMode.current().isDevOrTest()) {
            context.next();
            return;
        }
        RequestTarget target = RequestTarget.of(request);
        if (target == RequestTarget.INVALID_PATH) {
            problems.answer(context, Problem.INVALID_REQUEST, "The path has characters that must be percent-encoded");
            return;
        }
        // JAX-RS matches the normalized path. Where the raw one differs, gate and resource might mean different calls.
        Routes.Route route = path.equals(request.path()) ? routes.at(path) : null;
        if (route == null) {
            problems.answer(context, Problem.NOT_FOUND);
        } else if (route.anyMethod()) {
            judgeProxied(context);
        } else if (!route.methods().contains(request.method().name())) {
            context.response().putHeader(HttpHeaders.ALLOW, route.allow());
            problems.answer(context, Problem.METHOD_NOT_ALLOWED);
        } else {
            judgeHeaders(context, route, body);
        }
    }

    /** A proxy understands 401 and little else, so that is the answer to credentials that nobody could choose from, too. */
    private void judgeProxied(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!database.hasBeenReached()) {
            problems.answer(context, Problem.STARTING);
        } else if (hasSeveralCredentials(request)) {
            problems.answer(context, Problem.INVALID_TOKEN);
        } else if (request.method().equals(HttpMethod.GET) && request.query() == null) {
            pass(context, Buffer.buffer(), List.of(), List.of());
        } else {
            context.put(JUDGED, true);
            context.reroute(HttpMethod.GET, request.path());
        }
    }

    private static boolean hasSeveralCredentials(HttpServerRequest request) {
        return request.headers().getAll(HttpHeaders.AUTHORIZATION).size() > 1;
    }

    private void judgeHeaders(RoutingContext context, Routes.Route route, Buffer body) {
        Optional<String> fault = faultOfHeadersOrQuery(context, route);
        if (fault.isPresent()) {
            problems.answer(context, Problem.INVALID_REQUEST, fault.get());
            return;
        }
        Problem refusal = refusal(context, route, body);
        if (refusal != null) {
            problems.answer(context, refusal);
        } else {
            String method = context.request().method().name();
            pass(context, body, route.consumes(method), route.produces(method));
        }
    }

    private static Optional<String> faultOfHeadersOrQuery(RoutingContext context, Routes.Route route) {
        if (hasSeveralCredentials(context.request())) {
            return Optional.of("There is more than one Authorization field");
        }
        if (RequestTarget.of(context.request()) == RequestTarget.INVALID_QUERY) {
            return Optional.of("The query has characters that must be percent-encoded");
        }
        if (context.request().query() == null) {
            return Optional.empty();
        }
        return context.queryParams().names().stream()
                .filter(FORBIDDEN_IN_QUERY::contains)
                .filter(name -> !(route.tokenInQuery() && name.equals("token")))
                .findFirst()
                .map(name -> "A token must not stand in the query: " + name);
    }

    private @Nullable Problem refusal(RoutingContext context, Routes.Route route, Buffer body) {
        HttpServerRequest request = context.request();
        if (!route.whileStarting() && !database.hasBeenReached()) {
            return Problem.STARTING;
        }
        String method = request.method().name();
        if (body.length() > 0
                && !MediaTypes.isOneOf(
                        route.consumes(method), request.headers().getAll(HttpHeaders.CONTENT_TYPE), body)) {
            return Problem.UNSUPPORTED_MEDIA_TYPE;
        }
        return MediaTypes.accepts(route.produces(method), request.headers().getAll(HttpHeaders.ACCEPT))
                ? null
                : Problem.NOT_ACCEPTABLE;
    }

    /**
     * Hands over what has been judged: from here on the media types are settled and the body is in memory. JAX-RS judges them anew, and
     * would refuse a JSON call whose client sends another type without a body, or accepts problem documents alone.
     */
    private static void pass(RoutingContext context, Buffer body, List<String> consumed, List<String> produced) {
        if (body.length() > 0) {
            Presence.watch(context);
        }
        settle(context.request(), HttpHeaders.ACCEPT, produced);
        settle(context.request(), HttpHeaders.CONTENT_TYPE, consumed);
        ((RoutingContextInternal) context).setBody(body);
        context.next();
    }

    private static void settle(HttpServerRequest request, CharSequence field, List<String> types) {
        if (types.isEmpty() || types.contains(MediaTypes.JSON)) {
            request.headers().set(field, MediaTypes.JSON);
        }
    }

    /** What failed outside JAX-RS: a page that broke, or a request that Vert.x itself refuses, such as one without Host. */
    private void fail(RoutingContext context) {
        context.request().resume(); // Or a body that nobody has read would keep the connection from its next request.
        int status = context.statusCode();
        if (status == Problem.NOT_FOUND.status()) {
            problems.answer(context, Problem.NOT_FOUND);
        } else if (status >= BAD_REQUEST && status < SERVER_ERROR) {
            problems.answer(context, Problem.INVALID_REQUEST);
        } else {
            problems.answerFault(context, context.failure());
        }
    }
}
