package dev.gatehouse.platform;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets a connection's next request begin when the answer to the one before has gone to the operating system (RFC 9112, 9.3.2,
 * allows to send many at once). Vert.x would answer one after the other into a buffer without an end, for a client that reads
 * nothing. All of it runs on the connection's event loop.
 */
final class Exchange extends ChannelDuplexHandler {
    private final Runnable next;
    private final Deque<Object> held = new ArrayDeque<>();
    private boolean requestEnded = true;
    private boolean answered = true;
    private boolean endSeen;
    private boolean upgraded;
    private boolean last;

    /** @param next called when an exchange is over and nothing is held any more */
    Exchange(Runnable next) {
        this.next = next;
    }

    /** Whether bytes are still needed: no request is whole that has not been answered. */
    boolean takesBytes() {
        return upgraded || (held.isEmpty() && (answered || !requestEnded) && !nothingFollows());
    }

    /** Whether the client, or its protocol, wants the connection closed after the request that has ended. */
    private boolean nothingFollows() {
        return last && requestEnded;
    }

    /** Whether a request's end was seen since this was last asked. */
    boolean hasSeenEnd() {
        boolean seen = endSeen;
        endSeen = false;
        return seen;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        endSeen |= message instanceof LastHttpContent;
        if (nothingFollows()) {
            ReferenceCountUtil.release(message);
        } else if (mayPass(message) && held.isEmpty()) {
            pass(context, message);
        } else {
            held.add(message);
        }
    }

    private boolean mayPass(Object message) {
        return upgraded || isOver() || !(message instanceof HttpRequest);
    }

    private boolean isOver() {
        return requestEnded && answered;
    }

    private void pass(ChannelHandlerContext context, Object message) {
        // Before it is passed on, since it may be answered at once.
        if (message instanceof HttpRequest request) {
            last = !HttpUtil.isKeepAlive(request);
            requestEnded = false;
            answered = false;
        }
        if (message instanceof LastHttpContent) {
            requestEnded = true;
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            upgraded = response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
            super.write(context, message, promise);
        } else if (message instanceof LastHttpContent) {
            super.write(context, message, promise.unvoid().addListener(written -> answered(context)));
        } else {
            super.write(context, message, promise);
        }
    }

    private void answered(ChannelHandlerContext context) {
        answered = true;
        if (isOver()) {
            // Not from here: whoever writes is still at it.
            context.executor().execute(() -> goOn(context));
        }
    }

    private void goOn(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            return;
        }
        boolean passed = !held.isEmpty();
        while (!held.isEmpty() && !nothingFollows() && mayPass(held.element())) {
            pass(context, held.remove());
        }
        if (passed) {
            context.fireChannelReadComplete();
        }
        if (takesBytes()) {
            next.run();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
        super.channelInactive(context);
    }
}
