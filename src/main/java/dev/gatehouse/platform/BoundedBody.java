package dev.gatehouse.platform;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/** Reads a request's body into memory, up to a limit that holds for a chunked body too. Runs on the event loop. */
class BoundedBody {
    /**
     * How much of a refused body is read and thrown away before the connection is cut, in bytes. A connection that is
     * cut while the client still sends is reset, and the client loses the answer (RFC 9112, 9.6).
     */
    private static final int MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

    private final HttpServerRequest request;
    private final int limit;
    private final Buffer body = Buffer.buffer();
    private int discarded;
    private boolean refused;

    BoundedBody(RoutingContext context, int limit) {
        this.request = context.request();
        this.limit = limit;
        // Dev mode's live reload reads the body before any filter.
        if (context.body().buffer() != null) {
            body.appendBuffer(context.body().buffer());
        }
    }

    /**
     * Calls one of the two, once: {@code whole} with the body, empty when there is none, after its last byte; or
     * {@code tooLarge} as soon as the body is known to be over the limit.
     */
    void read(Consumer<Buffer> whole, Runnable tooLarge) {
        if (body.length() > limit || declaredLength() > limit) {
            refuse(tooLarge);
            return;
        }
        if (request.isEnded() || hasNoBody()) {
            whole.accept(body);
            return;
        }
        if (request.headers().contains(HttpHeaders.EXPECT)) {
            request.response().writeContinue();
            request.headers().remove(HttpHeaders.EXPECT);
        }
        request.handler(chunk -> append(chunk, tooLarge));
        request.endHandler(end -> {
            if (!refused) {
                whole.accept(body);
            }
        });
        request.resume();
    }

    private void append(Buffer chunk, Runnable tooLarge) {
        if (refused) {
            discard(chunk);
        } else if (body.length() + chunk.length() > limit) {
            refuse(tooLarge);
        } else {
            body.appendBuffer(chunk);
        }
    }

    private void refuse(Runnable tooLarge) {
        refused = true;
        tooLarge.run();
        if (!request.isEnded()) {
            request.handler(this::discard);
            request.resume();
        }
    }

    private void discard(Buffer chunk) {
        discarded += chunk.length();
        if (discarded > MAX_DISCARDED_BYTES) {
            request.connection().close();
        }
    }

    private boolean hasNoBody() {
        return declaredLength() <= 0 && !request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    private long declaredLength() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1; // Then the body is counted as it comes.
        }
    }
}
