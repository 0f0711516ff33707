package dev.gatehouse.http;

import dev.gatehouse.problem.CommonProblem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges the {@code Origin} of a request and writes the CORS fields of its response. A route can ignore the origin or be open to all
 * origins, see {@link RoutePolicy}. At the other routes a configured origin may call, the service's own origin passes, and any other is
 * refused. The field is removed from the request, so that Quarkus' CORS filter does nothing: that answers by itself, without a problem
 * document, without a bound for the body and also while the service stops, and fails at some values of {@code Host}.
 *
 * <p>Runs on the event loop and never blocks.
 */
@Singleton
class Origins {
    private static final String ANY = "*";

    /** The wildcard means every field except Authorization (Fetch Standard, 4.9). */
    private static final String ANY_FIELD = "*, Authorization";

    /** A list of methods or of names of fields (RFC 9110, 5.6.1, 5.6.2). */
    private static final Pattern TOKENS = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~, \t-]+");

    private static final int NO_CONTENT = 204;

    private final ProblemWriter problems;
    private final boolean enabled;
    private final Set<String> configured;
    private final String exposed;
    private final String maxAge;

    Origins(ProblemWriter problems, CorsConfig cors) {
        this.problems = problems;
        this.enabled = cors.enabled();
        this.configured =
                cors.origins().orElse(List.of()).stream().map(String::strip).collect(Collectors.toUnmodifiableSet());
        this.exposed = cors.exposedHeaders().stream().map(String::strip).collect(Collectors.joining(","));
        this.maxAge = Long.toString(cors.accessControlMaxAge().toSeconds());
    }

    /**
     * Removes the {@code Origin} of a request, and lets scripts of that origin read the response where they may.
     *
     * @param route that of the request; null if its path has none
     * @return what answers the request, with a refusal or as a preflight; null for any other request
     */
    @Nullable
    Runnable judge(RoutingContext context, Routes.@Nullable Route route) {
        HttpServerRequest request = context.request();
        List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
        request.headers().remove(HttpHeaders.ORIGIN);
        if (route != null && route.anyOrigin(meantMethod(request))) {
            open(context.response(), ANY);
            boolean asks = !origins.isEmpty() && isPreflight(request);
            return asks ? () -> answerPreflight(context.response(), route.allow(), ANY_FIELD) : null;
        }
        boolean ignored = !enabled || origins.isEmpty() || (route != null && route.anyMethod());
        return ignored ? null : judge(context, origins);
    }

    /** The method of a request, and of a preflight that of the request which will follow. */
    private static String meantMethod(HttpServerRequest request) {
        return isPreflight(request)
                ? request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)
                : request.method().name();
    }

    private static boolean isPreflight(HttpServerRequest request) {
        return request.method().equals(HttpMethod.OPTIONS)
                && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
    }

    private @Nullable Runnable judge(RoutingContext context, List<String> origins) {
        String origin = origins.getFirst();
        if (origins.size() > 1) {
            return refusal(context, "There is more than one Origin field");
        }
        if (configured.contains(origin)) {
            open(context.response(), origin);
            return isPreflight(context.request()) ? () -> allowWhatIsAsked(context) : null;
        }
        // A browser asks for no permission to read a response of the page's own origin.
        return isOwn(context.request(), origin)
                ? null
                : refusal(context, "Calls from the origin of this request are not allowed");
    }

    private Runnable refusal(RoutingContext context, String detail) {
        return () -> problems.answer(context, CommonProblem.FORBIDDEN, detail);
    }

    /** Lets scripts of an origin read a response. */
    private void open(HttpServerResponse response, String origin) {
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }

    /** At any path and with any method, so that the script can read the refusal of the request that follows. */
    private void allowWhatIsAsked(RoutingContext context) {
        HttpServerRequest request = context.request();
        answerPreflight(
                context.response(),
                tokens(request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)),
                tokens(request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS)));
    }

    private static @Nullable String tokens(@Nullable String value) {
        return value != null && TOKENS.matcher(value).matches() ? value : null;
    }

    private void answerPreflight(HttpServerResponse response, @Nullable String methods, @Nullable String fields) {
        if (methods != null) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        if (fields != null) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, fields);
        }
        response.putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, maxAge);
        response.setStatusCode(NO_CONTENT).end();
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
}
