package dev.gatehouse.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.gatehouse.database.Database;
import dev.gatehouse.database.DatabaseFaults;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
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

    private static final int BAD_REQUEST = 400;
    private static final int INTERNAL_SERVER_ERROR = 500;

    /** Fields of an exception's own response that say something of the refusal or the redirection. */
    private static final List<String> KEPT =
            List.of("Allow", "Location", "Retry-After", "WWW-Authenticate", "Cache-Control", "Content-Range");

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
        return answer(CommonProblem.OVERLOADED, CommonProblem.OVERLOADED.document(), overloaded.retryAfter());
    }

    /** Nobody reads it. */
    @ServerExceptionMapper
    public RestResponse<Problem.Document> gone(ClientGoneException gone) {
        return answer(CommonProblem.OVERLOADED);
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> notReady(NotReadyException notReady) {
        return answer(CommonProblem.STARTING);
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> noToken(UnauthorizedException noToken) {
        return answer(CommonProblem.NOT_AUTHENTICATED);
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> refusedToken(AuthenticationFailedException refusedToken) {
        boolean expired = hasCause(refusedToken, ExpiredTokenException.class);
        return answer(expired ? CommonProblem.TOKEN_EXPIRED : CommonProblem.INVALID_TOKEN);
    }

    /** A role is missing. */
    @ServerExceptionMapper
    public RestResponse<Problem.Document> forbidden(ForbiddenException forbidden) {
        return answer(CommonProblem.FORBIDDEN);
    }

    /** A body that {@code JsonBody} does not read. The message may quote it. */
    @ServerExceptionMapper
    public RestResponse<Problem.Document> malformed(StreamReadException malformed) {
        return answer(CommonProblem.MALFORMED_REQUEST);
    }

    /** As above. Overrides a mapper of the framework, whose answer is no problem document. */
    @ServerExceptionMapper
    public RestResponse<Problem.Document> malformed(MismatchedInputException malformed) {
        return answer(CommonProblem.MALFORMED_REQUEST);
    }

    /** A response that cannot be written. Overrides a mapper of the framework, whose answer is empty. */
    @ServerExceptionMapper
    public RestResponse<Problem.Document> unwritable(InvalidDefinitionException unwritable) {
        return fault(unwritable);
    }

    /** What JAX-RS or a resource refuses by status alone. What is no refusal, such as a redirection, passes as it is. */
    @ServerExceptionMapper
    public RestResponse<Problem.Document> refusedByStatus(WebApplicationException refused) {
        int status = refused.getResponse().getStatus();
        if (status == INTERNAL_SERVER_ERROR) {
            return fault(refused);
        }
        if (status == BAD_REQUEST && hasCause(refused.getCause(), JsonProcessingException.class)) {
            return answer(CommonProblem.MALFORMED_REQUEST);
        }
        Map<String, String> headers = new HashMap<>(CommonProblem.headersOf(status));
        for (String name : KEPT) {
            String value = refused.getResponse().getHeaderString(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        return status < BAD_REQUEST ? bare(status, headers) : answer(headers, status, CommonProblem.documentOf(status));
    }

    private static RestResponse<Problem.Document> bare(int status, Map<String, String> headers) {
        RestResponse.ResponseBuilder<Problem.Document> response = RestResponse.ResponseBuilder.create(status);
        headers.forEach(response::header);
        return response.build();
    }

    @ServerExceptionMapper
    public RestResponse<Problem.Document> fault(Throwable fault) {
        if (DatabaseFaults.isUnavailable(fault) || isMissingRight(fault)) {
            logUnavailable(fault);
            return answer(CommonProblem.DATABASE_UNAVAILABLE);
        }
        return answer(CommonProblem.INTERNAL_ERROR, Incidents.log(fault));
    }

    private boolean isMissingRight(Throwable fault) {
        return !database.missingRights().isEmpty() && DatabaseFaults.isInvisibleTable(fault);
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
        return answer(problem, problem.document());
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
        return answer(headers, problem.status(), document);
    }

    private static RestResponse<Problem.Document> answer(
            Map<String, String> headers, int status, Problem.Document document) {
        RestResponse.ResponseBuilder<Problem.Document> response = RestResponse.ResponseBuilder.create(status);
        headers.forEach(response::header);
        return response.header("Content-Type", Problem.MEDIA_TYPE)
                .entity(document)
                .build();
    }
}
