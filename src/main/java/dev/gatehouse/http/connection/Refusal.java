package dev.gatehouse.http.connection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.problem.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/**
 * A request that is refused in the pipeline of its connection, so that Vert.x does not see the request or its response does not
 * count any more. The connection closes afterwards: what follows such a request may be a part of it (RFC 9112, 11.2).
 *
 * @param detail what is wrong with this request
 */
record Refusal(Problem problem, String detail) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The response, in HTTP/1.1 whatever version the request named (RFC 9110, 15.6.6). */
    FullHttpResponse response(boolean toHead, String date) {
        byte[] document = document();
        ByteBuf body = toHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(document);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(problem.status()), body);
        problem.headers().forEach(response.headers()::set);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, document.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set("X-Content-Type-Options", "nosniff")
                .set(HttpHeaderNames.DATE, date);
        return response;
    }

    private byte[] document() {
        try {
            return MAPPER.writeValueAsBytes(problem.document(detail, List.of(), null));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem document can always be written", e);
        }
    }
}
