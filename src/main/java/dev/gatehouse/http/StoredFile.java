package dev.gatehouse.http;

import dev.gatehouse.crypto.Sha256;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file in memory that answers GET and HEAD. Its entity tag is a hash of the bytes that are sent, so clients and proxies ask again
 * each time and get 304 until an upgrade changes the file. Concurrent responses share the memory.
 *
 * <p>Making one takes too long for an event loop. Answering with one does not block.
 */
final class StoredFile {
    private static final String REVALIDATED = "no-cache";
    private static final String BYTES = "bytes";
    private static final String GZIP = "gzip";

    private final String type;
    private final @Nullable String encoding;
    private final Buffer content;
    private final String etag;

    private StoredFile(String type, @Nullable String encoding, byte[] bytes) {
        this.type = type;
        this.encoding = encoding;
        this.content = shared(bytes);
        this.etag = "\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(Sha256.of(bytes)) + "\"";
    }

    /** Returns a file of a media type. */
    static StoredFile of(String type, byte[] bytes) {
        return new StoredFile(type, null, bytes);
    }

    /** As {@link #of}, compressed by gzip, for clients that take that. */
    static StoredFile compressed(String type, byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be written", e);
        }
        return new StoredFile(type, GZIP, compressed.toByteArray());
    }

    /** Off the heap, from where Netty would copy it for each response. */
    @SuppressWarnings("deprecation") // There is no other way to it before Vert.x 5.
    private static Buffer shared(byte[] bytes) {
        return Buffer.buffer(Unpooled.directBuffer(bytes.length).writeBytes(bytes));
    }

    /** Ends the response with the file, or as the conditions and the range of the request demand (RFC 9110, 13.2.2). */
    void answer(RoutingContext context) {
        MultiMap fields = context.request().headers();
        HttpServerResponse response =
                context.response().putHeader(HttpHeaders.ETAG, etag).putHeader(HttpHeaders.CACHE_CONTROL, REVALIDATED);
        List<String> ifMatch = fields.getAll(HttpHeaders.IF_MATCH);
        if (!ifMatch.isEmpty() && !EntityTags.matchStrongly(etag, ifMatch)) {
            context.fail(HttpResponseStatus.PRECONDITION_FAILED.code());
        } else if (EntityTags.matchWeakly(etag, fields.getAll(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(HttpResponseStatus.NOT_MODIFIED.code()).end();
        } else {
            send(context, range(context));
        }
    }

    /** HEAD has no ranges (RFC 9110, 14.2), and {@code If-Range} asks for the whole file where that has changed (13.1.5). */
    private @Nullable ByteRange range(RoutingContext context) {
        MultiMap fields = context.request().headers();
        List<String> ifRange = fields.getAll(HttpHeaderNames.IF_RANGE);
        boolean unchanged = ifRange.isEmpty() || ifRange.equals(List.of(etag));
        return unchanged && context.request().method().equals(HttpMethod.GET)
                ? ByteRange.of(fields.getAll(HttpHeaderNames.RANGE), content.length())
                : null;
    }

    private void send(RoutingContext context, @Nullable ByteRange range) {
        HttpServerResponse response = context.response().putHeader(HttpHeaders.ACCEPT_RANGES, BYTES);
        if (range == null) {
            end(context, content);
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_RANGE, range.contentRange());
        if (range.isSatisfiable()) {
            response.setStatusCode(HttpResponseStatus.PARTIAL_CONTENT.code());
            end(context, content.slice(range.first(), range.last() + 1));
        } else {
            context.fail(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE.code());
        }
    }

    private void end(RoutingContext context, Buffer body) {
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (encoding != null) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, encoding);
        }
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(body);
        }
    }
}
