package dev.gatehouse.http;

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

    private final RoutingContext context;
    private final HttpServerRequest request;
    private final int limit;
    private final Buffer body = Buffer.buffer();
    private int discarded;
    private boolean refused;

    BoundedBody(RoutingContext context, int limit) {
        this.context = context;
        this.request = context.request();
        this.limit = limit;
        // Dev mode's live reload reads the body before any filter.
        if (context.body().buffer() != null) {
            body.appendBuffer(context.body().buffer());
        }
    }

    /**
     * Calls one of the two, once: {@code whole} with the body, empty when there is none, after its last byte; or
     * {@code tooLarge} as soon as the body is known to be over the limit. Neither when the client goes away before.
     */
    void read(Consumer<Buffer> whole, Runnable tooLarge) {
        if (request.isEnded() || hasNoBody()) {
            if (body.length() > limit) {
                tooLarge.run();
            } else {
                whole.accept(body);
            }
            return;
        }
        readOn(whole, tooLarge);
    }

    private void readOn(Consumer<Buffer> whole, Runnable tooLarge) {
        request.handler(chunk -> append(chunk, tooLarge));
        request.endHandler(end -> {
            if (!refused) {
                finish(whole);
            }
        });
        boolean asksFirst = request.headers().contains(HttpHeaders.EXPECT);
        if (declaredLength() > limit) {
            refuse(tooLarge);
            if (asksFirst) {
                // A client that is not told to continue sends no body, and its next request would be taken for that.
                request.connection().close();
            }
        } else if (asksFirst) {
            request.response().writeContinue();
            request.headers().remove(HttpHeaders.EXPECT);
        }
        request.resume();
    }

    /** Here Vert.x only logs what is thrown, and the client would wait for ever. */
    private void finish(Consumer<Buffer> whole) {
        try {
            whole.accept(body);
        } catch (RuntimeException | Error e) { // An Error, too: Vert.x would drop it like the others.
            context.fail(e);
        }
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
