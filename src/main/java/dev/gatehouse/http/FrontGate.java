package dev.gatehouse.http;

import dev.gatehouse.database.Database;
import dev.gatehouse.http.connection.RequestTarget;
import dev.gatehouse.lifecycle.Shutdown;
import dev.gatehouse.problem.CommonProblem;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges what can be judged of a request without its credentials and its members, in the order that the README gives:
 * origin, size, path, method, headers and query, whether the service has started, {@code Content-Type}, {@code Accept}. It
 * stands before JAX-RS, which would answer some of these in another order and some without a problem document.
 *
 * <p>Runs on the event loop and never blocks.
 */
@ApplicationScoped
class FrontGate {
    /** Before Quarkus' CORS filter (300), which would answer some requests by itself, and before authentication (200). */
    private static final int PRIORITY = 310;

    /** Before the framework's own failure handler, which shows the fault. */
    private static final int FAILURES = 0;

    /** Where the framework keeps its own pages in dev mode. */
    private static final String FRAMEWORK_PAGES = "/q/";

    /** Tokens in a query end up in logs and in the Referer (RFC 9700, 4.3.2). */
    private static final Set<String> FORBIDDEN_IN_QUERY = Set.of("access_token", "refresh_token", "token");

    /** Marks a request that was judged under the method and query that its client chose. */
    private static final String JUDGED = "gatehouse.judged";

    private static final CharSequence IDENTITY = HttpHeaders.IDENTITY;
    private static final List<String> JSON = List.of(MediaTypes.JSON);

    private static final String INVALID_KEY =
            "There must be one Idempotency-Key field of 16 to 255 visible ASCII characters, bare or in quotes";

    private static final int KIBIBYTE = 1024;
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    private final Routes routes;
    private final Database database;
    private final Shutdown shutdown;
    private final ProblemWriter problems;
    private final Origins origins;

    FrontGate(Routes routes, Database database, Shutdown shutdown, ProblemWriter problems, Origins origins) {
        this.routes = routes;
        this.database = database;
        this.shutdown = shutdown;
        this.problems = problems;
        this.origins = origins;
    }

    void register(@Observes Filters filters) {
        filters.register(this::enter, PRIORITY);
    }

    void registerFailures(@Observes Router router) {
        router.route().order(FAILURES).failureHandler(this::fail);
    }

    private void enter(RoutingContext context) {
        if (context.get(JUDGED) != null || isFrameworkPage(context)) {
            context.next();
            return;
        }
        Routes.Route route = routes.of(context);
        Runnable answerToOrigin = origins.judge(context, route);
        if (!shutdown.admit(context)) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            problems.answer(context, CommonProblem.OVERLOADED, "The service is stopping");
            return;
        }
        if (answerToOrigin != null) {
            new BoundedBody(context, RoutePolicy.BODY_LIMIT).read(body -> answerToOrigin.run(), answerToOrigin);
            return;
        }
        Routes.Call call =
                route == null ? null : route.call(context.request().method().name());
        int limit = call == null ? RoutePolicy.BODY_LIMIT : call.bodyLimit();
        new BoundedBody(context, limit)
                .read(body -> judge(context, route, call, body), () -> refuseBody(context, limit));
    }

    /** The framework judges the requests of its own pages, also their origin. */
    private static boolean isFrameworkPage(RoutingContext context) {
        return context.normalizedPath().startsWith(FRAMEWORK_PAGES)
                && LaunchMode.current().isDevOrTest();
    }

    private void refuseBody(RoutingContext context, int limit) {
        problems.answer(context, CommonProblem.TOO_LARGE, "The body is larger than " + limit / KIBIBYTE + " KiB");
    }

    private void judge(RoutingContext context, Routes.@Nullable Route route, Routes.@Nullable Call call, Buffer body) {
        if (RequestTarget.of(context.request()) == RequestTarget.INVALID_PATH) {
            problems.answer(
                    context, CommonProblem.INVALID_REQUEST, "The path has characters that must be percent-encoded");
        } else if (route == null) {
            problems.answer(context, CommonProblem.NOT_FOUND);
        } else if (call == null) {
            context.response().putHeader(HttpHeaders.ALLOW, route.allow());
            problems.answer(context, CommonProblem.METHOD_NOT_ALLOWED);
        } else if (call.anyMethod()) {
            judgeProxied(context);
        } else {
            judgeHeaders(context, call, body);
        }
    }

    /** A proxy understands 401 and little else, so that is the answer to credentials that nobody could choose from, too. */
    private void judgeProxied(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!database.hasBeenReached()) {
            problems.answer(context, CommonProblem.STARTING);
            return;
        }
        if (hasSeveralCredentials(request)) {
            problems.answer(context, CommonProblem.INVALID_TOKEN);
            return;
        }
        request.headers().remove(HttpHeaders.ACCEPT).remove(HttpHeaders.CONTENT_TYPE);
        ((RoutingContextInternal) context).setBody(Buffer.buffer());
        if (request.method().equals(HttpMethod.GET) && request.query() == null) {
            context.next();
        } else {
            context.put(JUDGED, true);
            context.reroute(HttpMethod.GET, request.path());
        }
    }

    private static boolean hasSeveralCredentials(HttpServerRequest request) {
        return request.headers().getAll(HttpHeaders.AUTHORIZATION).size() > 1;
    }

    private void judgeHeaders(RoutingContext context, Routes.Call call, Buffer body) {
        if (call.secured()) {
            context.addHeadersEndHandler(
                    written -> context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store"));
        }
        MultiMap headers = context.request().headers();
        if (isInvalid(context, call)) {
            return;
        }
        if (!call.whileStarting() && !database.hasBeenReached()) {
            problems.answer(context, CommonProblem.STARTING);
        } else if (body.length() > 0 && isEncoded(headers)) {
            context.response().putHeader(HttpHeaders.ACCEPT_ENCODING, IDENTITY);
            problems.answer(context, CommonProblem.UNSUPPORTED_MEDIA_TYPE, "A body must not be compressed");
        } else if (body.length() > 0
                && !MediaTypes.isOneOf(call.consumes(), headers.getAll(HttpHeaders.CONTENT_TYPE), body)) {
            problems.answer(context, CommonProblem.UNSUPPORTED_MEDIA_TYPE, takes(call.consumes()));
        } else if (!MediaTypes.accepts(call.produces(), headers.getAll(HttpHeaders.ACCEPT))) {
            problems.answer(context, CommonProblem.NOT_ACCEPTABLE, gives(call.produces()));
        } else {
            pass(context, call, body);
        }
    }

    /** Whether the body has a content coding (RFC 9110, 8.4). Several fields and empty members are a list (5.6.1). */
    private static boolean isEncoded(MultiMap headers) {
        return headers.contains(HttpHeaders.CONTENT_ENCODING)
                && Stream.of(String.join(",", headers.getAll(HttpHeaders.CONTENT_ENCODING))
                                .split(",", -1))
                        .map(String::strip)
                        .anyMatch(coding -> !coding.isEmpty() && !coding.equalsIgnoreCase(IDENTITY.toString()));
    }

    private static @Nullable String takes(List<String> types) {
        return types.contains(MediaTypes.JSON) ? null : "The body must be " + String.join(" or ", types);
    }

    private static String gives(List<String> types) {
        return "The answer is " + String.join(" or ", types) + ", which Accept excludes";
    }

    /** Refuses a request whose fields or query are invalid, and returns whether they are. */
    private boolean isInvalid(RoutingContext context, Routes.Call call) {
        if (hasSeveralCredentials(context.request())) {
            refuseCredentials(context, "There is more than one Authorization field");
            return true;
        }
        if (RequestTarget.of(context.request()) == RequestTarget.INVALID_QUERY) {
            problems.answer(
                    context, CommonProblem.INVALID_REQUEST, "The query has characters that must be percent-encoded");
            return true;
        }
        if (call.idempotencyKey() && hasInvalidKey(context.request().headers())) {
            problems.answer(context, CommonProblem.INVALID_REQUEST, INVALID_KEY);
            return true;
        }
        Optional<String> token = tokenInQuery(context, call);
        token.ifPresent(name -> refuseCredentials(context, "There must be no token in the query: " + name));
        return token.isPresent();
    }

    private static boolean hasInvalidKey(MultiMap headers) {
        if (!headers.contains(IdempotencyKey.FIELD)) {
            return false;
        }
        List<String> keys = headers.getAll(IdempotencyKey.FIELD);
        return keys.size() > 1 || IdempotencyKey.parse(keys.getFirst()).isEmpty();
    }

    /** Only of a fault that concerns the credentials the challenge says so (RFC 6750, 3.1). */
    private void refuseCredentials(RoutingContext context, String fault) {
        context.response().putHeader("WWW-Authenticate", "Bearer error=\"invalid_request\"");
        problems.answer(context, CommonProblem.INVALID_REQUEST, fault);
    }

    private static Optional<String> tokenInQuery(RoutingContext context, Routes.Call call) {
        if (context.request().query() == null) {
            return Optional.empty();
        }
        return context.queryParams().names().stream()
                .filter(FORBIDDEN_IN_QUERY::contains)
                .filter(name -> !(call.tokenInQuery() && name.equals("token")))
                .findFirst();
    }

    /** Hands over a request that has been judged, with its body in memory. */
    private static void pass(RoutingContext context, Routes.Call call, Buffer body) {
        if (body.length() > 0) {
            WaitingClients.WaitingClient.watch(context);
        }
        hideJudgedFields(context.request().headers(), call, body);
        ((RoutingContextInternal) context).setBody(body);
        context.next();
    }

    /**
     * Removes the fields that the gate has judged, where one media type is left. JAX-RS would judge them again by other rules: it refuses
     * the type of a body that is not there, and it does not read every form that RFC 9110 allows.
     */
    private static void hideJudgedFields(MultiMap headers, Routes.Call call, Buffer body) {
        if (call.produces().size() <= 1) {
            headers.remove(HttpHeaders.ACCEPT);
        }
        if (body.length() == 0 || call.consumes().equals(JSON)) {
            headers.remove(HttpHeaders.CONTENT_TYPE);
        }
    }

    /** What failed outside JAX-RS: a page that broke, or a request that Vert.x itself refuses, such as one without Host. */
    private void fail(RoutingContext context) {
        context.request().resume(); // Or a body that nobody has read would keep the connection from its next request.
        int status = context.statusCode();
        boolean refused = status > SERVER_ERROR && context.failure() == null;
        if (refused || (status >= BAD_REQUEST && status < SERVER_ERROR)) {
            problems.answer(context, status);
        } else {
            problems.answerFault(context, context.failure());
        }
    }
}
