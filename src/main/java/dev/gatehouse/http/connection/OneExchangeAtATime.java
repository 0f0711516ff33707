package dev.gatehouse.http.connection;

import dev.gatehouse.problem.CommonProblem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Passes the requests of a connection to Vert.x one at a time. The next request begins when the response to the one before has
 * gone to the operating system (RFC 9112, 9.3.2, allows a client to send many at once). Without this, Vert.x would buffer an
 * unlimited number of responses for a client that reads nothing.
 *
 * <p>It also refuses what must not reach Vert.x (see {@link RequestHead}), answers for Vert.x when no response begins in time, and closes
 * the connection after a response that says so or that cannot be written. All of it runs on the connection's event loop.
 */
final class OneExchangeAtATime extends ChannelDuplexHandler {
    private final ConnectionRules rules;
    private final Runnable next;
    private final Runnable refusing;
    private final Deque<Object> held = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext own;
    private @Nullable ResponseWatch watch;
    private boolean toHead;
    private boolean requestEnded = true;
    private boolean responded;
    private boolean answered = true;
    private boolean endSeen;
    private boolean withinRequest;
    private boolean upgraded;
    private boolean last;
    private boolean closing;
    private boolean readsNoMore;

    /**
     * @param next called when an exchange is over and nothing is held any more
     * @param refusing called when no further request of this connection will be read
     */
    OneExchangeAtATime(ConnectionRules rules, Runnable next, Runnable refusing) {
        this.rules = rules;
        this.next = next;
        this.refusing = refusing;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        own = context;
        watch = rules.responseTimeout()
                .map(timeout -> new ResponseWatch(context, timeout, this::answerLate))
                .orElse(null);
    }

    /** Whether bytes are still needed: no request is whole that has not been answered. */
    boolean takesBytes() {
        return upgraded || (held.isEmpty() && (answered || !requestEnded) && !nothingFollows());
    }

    /** Whether the client, its protocol or the response wants the connection closed after the request that has ended. */
    private boolean nothingFollows() {
        return readsNoMore || ((last || closing) && requestEnded);
    }

    /** Whether a request's end was seen since this was last asked. */
    boolean hasSeenEnd() {
        boolean seen = endSeen;
        endSeen = false;
        return seen;
    }

    /** Whether the head of a request has been decoded and its end has not. */
    boolean isWithinRequest() {
        return withinRequest;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        withinRequest = !(message instanceof LastHttpContent);
        endSeen |= !withinRequest;
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
        Refusal refusal = message instanceof HttpRequest request ? begin(context, request) : refusalOfBody(message);
        if (refusal != null) {
            ReferenceCountUtil.release(message);
            refuse(refusal);
            return;
        }
        // Before it is passed on, since it may be answered at once.
        if (message instanceof LastHttpContent) {
            requestEnded = true;
            if (answered) {
                over(context); // The response came before the end of the request.
            } else if (watch != null) {
                watch.requestWhole();
            }
        }
        context.fireChannelRead(message);
    }

    private @Nullable Refusal begin(ChannelHandlerContext context, HttpRequest request) {
        last = !HttpUtil.isKeepAlive(request);
        closing = false;
        toHead = request.method().equals(HttpMethod.HEAD);
        requestEnded = false;
        responded = false;
        answered = false;
        if (watch != null) {
            watch.begin();
        }
        Refusal refusal = RequestHead.refusal(request);
        if (refusal == null) {
            RequestTarget.judge(context.channel(), request);
            rules.forwarding().prepare(context.channel(), request);
        }
        return refusal;
    }

    private static @Nullable Refusal refusalOfBody(Object message) {
        return message instanceof HttpContent content && content.decoderResult().isFailure()
                ? new Refusal(
                        CommonProblem.MALFORMED_REQUEST,
                        "The chunks of the body are not as RFC 9112, 7.1, defines them")
                : null;
    }

    /** The request under way has not come to its end in time. */
    void cutRequest() {
        refuse(new Refusal(CommonProblem.REQUEST_TIMEOUT, "The request did not come to its end in time"));
    }

    /** What Vert.x still makes of the request is dropped in {@link #write}. */
    private void answerLate() {
        refuse(new Refusal(CommonProblem.OVERLOADED, "There was no response in time"));
    }

    /** Answers in place of Vert.x where no response has begun, and closes the connection. */
    private void refuse(Refusal refusal) {
        ChannelHandlerContext context = own;
        if (readsNoMore || context == null) {
            return;
        }
        readsNoMore = true;
        if (watch != null) {
            watch.end();
        }
        releaseHeld();
        boolean between = isOver(); // The head of the next request stops, and was not decoded.
        if (responded && !between && !upgraded) {
            ChannelFuture unused = context.close(); // A second response would belong to no request.
            return;
        }
        ChannelFuture unused = context.writeAndFlush(
                        refusal.response(toHead && !between, rules.date().now()))
                .addListener(written -> endOutput(context.channel()));
        refusing.run();
    }

    /** So that the client sees the end of the response while it may still be sending. TLS has no such half-closed connections. */
    private static void endOutput(Channel channel) {
        if (channel instanceof DuplexChannel duplex && channel.pipeline().get(SslHandler.class) == null) {
            ChannelFuture unused = duplex.shutdownOutput();
        }
    }

    /** Whether the connection closes and what the client still sends is dropped. */
    boolean readsNoMore() {
        return readsNoMore;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (readsNoMore) {
            ReferenceCountUtil.release(message);
            promise.trySuccess(); // As if it had been written: that the response is late is nobody's fault to report.
            return;
        }
        if (message instanceof HttpResponse response) {
            if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                upgraded = response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
                super.write(context, message, promise);
                return;
            }
            responded = true;
            closing = response.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
            if (!response.headers().contains(HttpHeaderNames.DATE)) {
                response.headers().set(HttpHeaderNames.DATE, rules.date().now());
            }
            if (watch != null) {
                watch.responseBegun();
            }
        }
        if (watch != null) {
            watch.wrote(size(message));
        }
        if (message instanceof LastHttpContent) {
            super.write(
                    context, message, promise.unvoid().addListener(written -> written(context, written.isSuccess())));
        } else {
            super.write(context, message, promise);
        }
    }

    private static long size(Object message) {
        return switch (message) {
            case ByteBufHolder holder -> holder.content().readableBytes();
            case ByteBuf buffer -> buffer.readableBytes();
            case FileRegion file -> file.count();
            default -> 0;
        };
    }

    /** Closes the connection if the write failed: part of the response may have been sent, so it cannot be sent again. */
    private void written(ChannelHandlerContext context, boolean whole) {
        if (!whole) {
            ChannelFuture unused = context.close();
            return;
        }
        answered = true;
        if (requestEnded || closing) {
            over(context);
        }
    }

    private void over(ChannelHandlerContext context) {
        if (watch != null) {
            watch.end();
        }
        // Later, because the handler that wrote the response is still running.
        context.executor().execute(() -> goOn(context));
    }

    private void goOn(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            return;
        }
        if (closing && answered && !(last && requestEnded) && !readsNoMore) {
            endAfterResponse(context);
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

    /** The response said that it is the last one (RFC 9112, 9.6). Vert.x closes only where the request said so. */
    private void endAfterResponse(ChannelHandlerContext context) {
        readsNoMore = true;
        releaseHeld();
        endOutput(context.channel());
        refusing.run();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        releaseHeld();
        super.channelInactive(context);
    }

    private void releaseHeld() {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }
}
