package dev.gatehouse.problem;

import dev.gatehouse.database.Database;
import dev.gatehouse.database.DatabaseFaults;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.NotFoundException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Turns what a call throws into the problem document that it answers with. */
class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    private static final Duration LOG_INTERVAL = Duration.ofSeconds(1);

    private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_INTERVAL.toNanos());

    private final Database database;

    ProblemMappers(Database database) {
        this.database = database;
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> refused(ProblemException refusal) {
        return refusal.retryAfter()
                .map(wait -> answer(refusal.problem(), refusal.document(), wait))
                .orElseGet(() -> answer(refusal.problem(), refusal.document()));
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> overloaded(OverloadedException overloaded) {
        return answer(Problem.OVERLOADED, document(Problem.OVERLOADED), overloaded.retryAfter());
    }

    /** Nobody reads it. */
    @ServerExceptionMapper
    public RestResponse<Problem.Document> gone(ClientGoneException gone) {
        return answer(Problem.OVERLOADED);
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> notReady(NotReadyException notReady) {
        return answer(Problem.STARTING);
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> unknownPath(NotFoundException unknownPath) {
        return answer(Problem.NOT_FOUND);
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> noToken(UnauthorizedException noToken) {
        return answer(Problem.NOT_AUTHENTICATED);
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> refusedToken(AuthenticationFailedException refusedToken) {
        boolean expired = hasCause(refusedToken, ExpiredTokenException.class);
        return answer(expired ? Problem.TOKEN_EXPIRED : Problem.INVALID_TOKEN);
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> fault(Throwable fault) {
        if (DatabaseFaults.isUnavailable(fault)) {
            logUnavailable(fault);
            return answer(Problem.DATABASE_UNAVAILABLE);
        }
        return answer(Problem.INTERNAL_ERROR, Incidents.log(fault));
    }

    /**
     * An outage is logged by {@link Database}, once. What looks like one while the database answers is worth a line now and
     * then; without the messages, of which some have the statement.
     */
    private void logUnavailable(Throwable fault) {
        long now = System.nanoTime();
        long last = loggedNanos.get();
        if (database.isAnswering() && now - last > LOG_INTERVAL.toNanos() && loggedNanos.compareAndSet(last, now)) {
            LOG.warnf("call=database-unavailable reason=%s", DatabaseFaults.describe(fault));
        }
        LOG.debug("call=database-unavailable", fault);
    }

    private static boolean hasCause(@Nullable Throwable thrown, Class<? extends Throwable> type) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static RestResponse<Problem.Document> answer(Problem problem) {
        return answer(problem, document(problem));
    }

    private static Problem.Document document(Problem problem) {
        return problem.document(null, List.of(), null);
    }

    private static RestResponse<Problem.Document> answer(Problem problem, Problem.Document document) {
        return answer(problem.headers(), problem, document);
    }

    /** In whole seconds (RFC 9110, 10.2.3), rounded up so that who heeds it is not early. */
    private static RestResponse<Problem.Document> answer(Problem problem, Problem.Document document, Duration wait) {
        Map<String, String> headers = new HashMap<>(problem.headers());
        long seconds = Math.max(1, wait.plusSeconds(1).minusNanos(1).toSeconds());
        headers.put("Retry-After", Long.toString(seconds));
        return answer(headers, problem, document);
    }

    private static RestResponse<Problem.Document> answer(
            Map<String, String> headers, Problem problem, Problem.Document document) {
        RestResponse.ResponseBuilder<Problem.Document> response = RestResponse.ResponseBuilder.create(problem.status());
        headers.forEach(response::header);
        return response.header("Content-Type", Problem.MEDIA_TYPE)
                .entity(document)
                .build();
    }
}
