package dev.gatehouse.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.Incidents;
import dev.gatehouse.problem.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers with a problem document outside JAX-RS. */
@Singleton
class ProblemWriter {
    private final ObjectMapper mapper;

    ProblemWriter(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** Ends the response with a problem, unless the client has gone or the response has begun already. */
    void answer(RoutingContext context, Problem problem) {
        answer(context, problem.headers(), problem.document());
    }

    /** As {@link #answer}, with the detail of this occurrence; null for that of the type. */
    void answer(RoutingContext context, Problem problem, @Nullable String occurrence) {
        answer(context, problem.headers(), problem.document(occurrence, List.of(), null));
    }

    /** As {@link #answer}, for a refusal that Vert.x chose by its status alone. Header fields of the response stay. */
    void answer(RoutingContext context, int status) {
        answer(context, CommonProblem.headersOf(status), CommonProblem.documentOf(status));
    }

    /** As {@link #answer}, with {@link CommonProblem#INTERNAL_ERROR}; the fault is logged under the incident's id. */
    void answerFault(RoutingContext context, @Nullable Throwable fault) {
        if (isOpen(context.response())) {
            answer(context, CommonProblem.INTERNAL_ERROR.headers(), Incidents.log(fault));
        }
    }

    private static boolean isOpen(HttpServerResponse response) {
        return !response.ended() && !response.headWritten() && !response.closed();
    }

    private void answer(RoutingContext context, Map<String, String> headers, Problem.Document document) {
        HttpServerResponse response = context.response();
        if (!isOpen(response)) {
            return;
        }
        // What Vert.x refuses before routing never came past the configured header.
        response.putHeader("X-Content-Type-Options", "nosniff");
        headers.forEach(response::putHeader);
        response.setStatusCode(document.status()).putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        Buffer body = body(document);
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()))
                    .end();
        } else {
            response.end(body);
        }
    }

    private Buffer body(Problem.Document document) {
        try {
            return Buffer.buffer(mapper.writeValueAsBytes(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem document can always be written", e);
        }
    }
}
