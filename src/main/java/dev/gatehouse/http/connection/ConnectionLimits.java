package dev.gatehouse.http.connection;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.quarkus.arc.Arc;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what a connection can cost: how long its requests and responses take, how much is read ahead, and how many connections one
 * client has. Neither Vert.x nor Quarkus does that. Netty adds these handlers to the pipeline of each connection through its own
 * extension point, which {@link #enable} switches on.
 */
@RegisterForReflection // Made by the service loader, whose file is among the native executable's resources.
public final class ConnectionLimits extends ChannelInitializerExtension {
    /** How many bytes beyond the request that is being answered are read from the socket, and then as many again at most. */
    private static final int AHEAD = 16 * 1024;

    /** The bytes that are decoded at once: few whole requests fit in, and each takes far more memory when it is decoded. */
    private static final int SLICE = 512;

    private static final int INITIAL_READ = 2048;

    /** What the operating system buffers. With megabytes, as it takes by default, nobody would see that a client reads nothing. */
    private static final int SEND_BUFFER = 64 * 1024;

    /** How long what a client sends after the last response is read and dropped, so that the client gets the response (RFC 9112, 9.6). */
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** Must be called before the first server listens. */
    public static void enable() {
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        channel.config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(SLICE, INITIAL_READ, AHEAD).maxMessagesPerRead(1));
        channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER);
        // What is added here stands before the HTTP decoder, which comes when the channel is registered.
        channel.pipeline()
                .addLast(new Admission(bean(PeerConnections.class)))
                .addLast(new Bytes(bean(ConnectionRules.class), false));
    }

    private static <T> T bean(Class<T> type) {
        return Arc.container().instance(type).get();
    }

    /** Closes a connection that is one too many of its client. */
    private static final class Admission extends ChannelInboundHandlerAdapter {
        private final PeerConnections peers;

        Admission(PeerConnections peers) {
            this.peers = peers;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            if (peers.admit(context.channel())) {
                super.channelActive(context);
            } else {
                ChannelFuture unused = context.close();
            }
        }
    }

    /** Sees a connection's bytes before they are decoded. All of it runs on the connection's event loop. */
    private static final class Bytes extends ChannelInboundHandlerAdapter {
        private final ConnectionRules rules;
        private final OneExchangeAtATime exchange;
        private final Deque<ByteBuf> ahead = new ArrayDeque<>();
        private int bytesAhead;
        private boolean followsTls;
        private boolean full;
        private boolean beforeDecoder;
        private boolean begun;
        private @Nullable ChannelHandlerContext own;
        private @Nullable ScheduledFuture<?> cut;

        /** @param followsTls whether the bytes come from TLS, which has decrypted them */
        Bytes(ConnectionRules rules, boolean followsTls) {
            this.rules = rules;
            this.followsTls = followsTls;
            this.exchange = new OneExchangeAtATime(rules, this::goOn, this::linger);
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            own = context;
            if (followsTls) {
                begin(context); // The connection has been active for a while.
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            begin(context);
            super.channelActive(context);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
            beforeDecoder = beforeDecoder || followDecoder(context.pipeline());
            if (beforeDecoder && bytes instanceof ByteBuf buffer) {
                if (exchange.readsNoMore()) {
                    buffer.release();
                    return;
                }
                add(buffer);
                decode(context);
                stopAtLimit(context);
                return;
            }
            followTls(context.pipeline());
            super.channelRead(context, bytes);
            if (context.isRemoved()) {
                return;
            }
            beforeDecoder = beforeDecoder || followDecoder(context.pipeline());
            if (beforeDecoder) {
                end(); // Whether these bytes were a whole request, nobody saw; the next one is timed.
            } else if (cut == null && context.channel().isActive()) {
                begin(context);
            }
        }

        /**
         * Lets another one of these take over behind TLS, since this one sees ciphertext. It must be there before Vert.x adds the
         * decoder: what is decrypted with the end of the handshake may already be a request.
         */
        private void followTls(ChannelPipeline pipeline) {
            SslHandler tls = pipeline.get(SslHandler.class);
            if (tls != null && !followsTls) {
                followsTls = true;
                tls.handshakeFuture().addListener(agreed -> {
                    if (agreed.isSuccess()) {
                        pipeline.addAfter(pipeline.context(tls).name(), null, new Bytes(rules, true));
                        end();
                        pipeline.remove(this);
                    }
                });
            }
        }

        /** Puts the exchange behind the HTTP decoder, once there is one. */
        private boolean followDecoder(ChannelPipeline pipeline) {
            ChannelHandlerContext encoder = pipeline.context(HttpResponseEncoder.class);
            if (encoder == null || pipeline.context(HttpRequestDecoder.class) == null) {
                return false; // Not before TLS has been agreed on, nor on the management port before the first bytes.
            }
            pipeline.addAfter(encoder.name(), "exchange", exchange);
            return true;
        }

        /** Into the last one where there is room: who sends byte by byte must not fill a buffer with each. */
        private void add(ByteBuf bytes) {
            bytesAhead += bytes.readableBytes();
            ByteBuf last = ahead.peekLast();
            if (last != null && last.maxFastWritableBytes() >= bytes.readableBytes()) {
                last.writeBytes(bytes);
                bytes.release();
            } else {
                ahead.add(bytes);
            }
        }

        private void stopAtLimit(ChannelHandlerContext context) {
            if (bytesAhead >= AHEAD) {
                full = true;
                context.channel().config().setAutoRead(false);
            }
        }

        /** Hands bytes on until a request is whole, or there are no more. */
        private void decode(ChannelHandlerContext context) {
            while (exchange.takesBytes() && !ahead.isEmpty()) {
                ByteBuf slice = nextSlice();
                bytesAhead -= slice.readableBytes();
                context.fireChannelRead(slice);
                boolean whole = exchange.hasSeenEnd();
                if (whole) {
                    end();
                }
                if (!whole || exchange.isWithinRequest()) {
                    begun = true;
                    if (cut == null && context.channel().isActive()) {
                        begin(context);
                    }
                }
            }
        }

        private ByteBuf nextSlice() {
            ByteBuf first = ahead.element();
            if (first.readableBytes() <= SLICE) {
                return ahead.remove();
            }
            return first.readRetainedSlice(SLICE);
        }

        /** Called when an answer is on its way and a further request may be begun. */
        private void goOn() {
            ChannelHandlerContext context = own;
            if (context == null || ahead.isEmpty() || !context.channel().isActive()) {
                return;
            }
            if (full) {
                full = false;
                context.channel().config().setAutoRead(true); // Before decoding, in which Vert.x may switch it off.
            }
            decode(context);
            context.fireChannelReadComplete();
            stopAtLimit(context);
        }

        /** Called when no further request will be read. Drops what the client still sends, and closes the connection a little later. */
        private void linger() {
            end();
            releaseAhead();
            ChannelHandlerContext context = own;
            if (context == null) {
                return;
            }
            context.channel().config().setAutoRead(true);
            var unused = context.executor().schedule(() -> close(context), LINGER.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            end();
            releaseAhead();
            super.channelInactive(context);
        }

        private void releaseAhead() {
            ahead.forEach(ByteBuf::release);
            ahead.clear();
            bytesAhead = 0;
        }

        private void begin(ChannelHandlerContext context) {
            cut = context.executor()
                    .schedule(() -> cut(context), rules.requestTimeout().toNanos(), TimeUnit.NANOSECONDS);
        }

        /** Answers a client that has begun a request. For one that has not, an answer would belong to no request. */
        private void cut(ChannelHandlerContext context) {
            if (begun && !exchange.takesBytes() && !exchange.readsNoMore()) {
                begin(context); // The request waits for the response to the one before.
            } else if (begun && !exchange.readsNoMore()) {
                exchange.cutRequest();
            } else {
                close(context);
            }
        }

        private static void close(ChannelHandlerContext context) {
            // From here and not from the end of the pipeline, where Vert.x would first wait until all is written.
            ChannelFuture unused = context.close();
        }

        private void end() {
            begun = false;
            if (cut != null) {
                cut.cancel(false);
                cut = null;
            }
        }
    }
}
