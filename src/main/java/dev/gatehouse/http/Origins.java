package dev.gatehouse.http;

import dev.gatehouse.problem.CommonProblem;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Judges the {@code Origin} of a request. A route can ignore it or be open to all origins, see {@link RoutePolicy}. Of the other requests
 * those from configured origins are left to Quarkus' CORS filter, which answers their preflights. The service's own origin passes, and any
 * other is refused; Quarkus would do both otherwise: it refuses without a problem document, and fails at some values of {@code Host}.
 *
 * <p>Runs on the event loop and never blocks.
 */
@ApplicationScoped
class Origins {
    /** Before Quarkus' CORS filter (300). */
    private static final int PRIORITY = 310;

    private static final String ANY = "*";

    /** The wildcard means every field except Authorization (Fetch Standard, 4.9). */
    private static final String ANY_FIELD = "*, Authorization";

    private static final int NO_CONTENT = 204;

    private final Routes routes;
    private final ProblemWriter problems;
    private final boolean enabled;
    private final Set<String> configured;
    private final Optional<String> exposed;
    private final Optional<Duration> maxAge;

    Origins(Routes routes, ProblemWriter problems, CorsConfig cors, Config config) {
        this.routes = routes;
        this.problems = problems;
        this.enabled = cors.enabled();
        this.configured =
                cors.origins().orElse(List.of()).stream().map(String::strip).collect(Collectors.toUnmodifiableSet());
        // These are Quarkus' settings. application.properties sets them.
        this.exposed = config.getOptionalValue("quarkus.http.cors.exposed-headers", String.class);
        this.maxAge = config.getOptionalValue("quarkus.http.cors.access-control-max-age", Duration.class);
    }

    void register(@Observes Filters filters) {
        filters.register(this::enter, PRIORITY);
    }

    private void enter(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!request.headers().contains(HttpHeaders.ORIGIN)) {
            context.next();
            return;
        }
        Routes.Route route = routes.of(context);
        if (route != null && route.anyOrigin(meantMethod(request))) {
            enterOpen(context, route);
        } else if (route != null && route.anyMethod()) {
            hide(context);
        } else if (enabled) {
            judge(context);
        } else {
            context.next();
        }
    }

    /** The method of a request, and of a preflight that of the request which will follow. */
    private static String meantMethod(HttpServerRequest request) {
        String following = isOptions(request) ? request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) : null;
        return following == null ? request.method().name() : following;
    }

    private static boolean isOptions(HttpServerRequest request) {
        return request.method().equals(HttpMethod.OPTIONS);
    }

    private void enterOpen(RoutingContext context, Routes.Route route) {
        HttpServerRequest request = context.request();
        if (isOptions(request) && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)) {
            answerPreflight(context, route);
        } else {
            hide(context);
        }
    }

    private void answerPreflight(RoutingContext context, Routes.Route route) {
        context.request().resume(); // Or a body that nobody reads would keep the connection from its next request.
        HttpServerResponse response = context.response();
        open(response);
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, route.allow());
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, ANY_FIELD);
        maxAge.ifPresent(age -> response.putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, Long.toString(age.toSeconds())));
        response.setStatusCode(NO_CONTENT).end();
    }

    /** Lets scripts of every origin read a response. */
    void open(HttpServerResponse response) {
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        exposed.ifPresent(fields -> response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, fields));
    }

    /** Lets a request pass without its {@code Origin}, which Quarkus' filter would judge. */
    private static void hide(RoutingContext context) {
        context.request().headers().remove(HttpHeaders.ORIGIN);
        context.next();
    }

    private void judge(RoutingContext context) {
        List<String> origins = context.request().headers().getAll(HttpHeaders.ORIGIN);
        if (origins.size() > 1) {
            refuse(context, "There is more than one Origin field");
        } else if (configured.contains(origins.getFirst())) {
            context.next();
        } else if (isOwn(context.request(), origins.getFirst())) {
            hide(context); // A browser asks for no permission to read a response of the page's own origin.
        } else {
            refuse(context, "Calls from the origin of this request are not allowed");
        }
    }

    /** Compares with the scheme and the host of the request. A trusted proxy may have sent both. */
    private static boolean isOwn(HttpServerRequest request, String origin) {
        String own = own(request);
        return own != null && own.equalsIgnoreCase(withoutDefaultPort(origin));
    }

    private static @Nullable String own(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        if (authority == null || authority.host().isEmpty()) {
            return null; // A request of HTTP/1.0 needs no Host.
        }
        String port = authority.port() < 0 ? "" : ":" + authority.port();
        return withoutDefaultPort(request.scheme() + "://" + authority.host() + port);
    }

    private static String withoutDefaultPort(String origin) {
        if (origin.startsWith("https:")) {
            return withoutEnd(origin, ":443");
        }
        return origin.startsWith("http:") ? withoutEnd(origin, ":80") : origin;
    }

    private static String withoutEnd(String text, String end) {
        return text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
    }

    /** After the body has been read, for which some clients wait before they read a response. */
    private void refuse(RoutingContext context, String detail) {
        new BoundedBody(context, RoutePolicy.BODY_LIMIT)
                .read(
                        body -> problems.answer(context, CommonProblem.FORBIDDEN, detail),
                        () -> problems.answer(context, CommonProblem.FORBIDDEN, detail));
    }
}
