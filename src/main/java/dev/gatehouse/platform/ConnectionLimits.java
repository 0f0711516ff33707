package dev.gatehouse.platform;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.SmallRyeConfig;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what a connection can cost. One whose request does not come to its end in time is cut, be it the head or the body: the
 * idle timeout would not, since a client that sends a byte now and then is never idle. And one that sends request after request
 * and reads no answer gets no further one begun, see {@link Exchange}. Neither Vert.x nor Quarkus does that, so it is put into
 * the pipeline of each connection through Netty's own extension point, which {@link #enable} switches on.
 */
@RegisterForReflection // Made by the service loader, whose file is among the native executable's resources.
public final class ConnectionLimits extends ChannelInitializerExtension {
    /** How many bytes beyond the request that is being answered are read from the socket, and then as many again at most. */
    private static final int AHEAD = 16 * 1024;

    /** The bytes that are decoded at once: few whole requests fit in, and each takes far more memory when it is decoded. */
    private static final int SLICE = 512;

    private static final int INITIAL_READ = 2048;

    private volatile long limitNanos;

    /** Must be called before the first server listens. */
    public static void enable() {
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        channel.config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(SLICE, INITIAL_READ, AHEAD).maxMessagesPerRead(1));
        // What is added here stands before the HTTP decoder, which comes when the channel is registered.
        channel.pipeline().addLast(new Bytes(limitNanos()));
    }

    private long limitNanos() {
        if (limitNanos == 0) {
            limitNanos = ConfigProvider.getConfig()
                    .unwrap(SmallRyeConfig.class)
                    .getConfigMapping(HttpConfig.class)
                    .requestTimeout()
                    .toNanos();
        }
        return limitNanos;
    }

    /** Sees a connection's bytes before they are decoded. All of it runs on the connection's event loop. */
    private static final class Bytes extends ChannelInboundHandlerAdapter {
        private final long limitNanos;
        private final Exchange exchange = new Exchange(this::goOn);
        private final Deque<ByteBuf> ahead = new ArrayDeque<>();
        private int bytesAhead;
        private boolean full;
        private boolean beforeDecoder;
        private @Nullable ChannelHandlerContext own;
        private @Nullable ScheduledFuture<?> cut;

        Bytes(long limitNanos) {
            this.limitNanos = limitNanos;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            own = context;
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
                add(buffer);
                decode(context);
                stopAtLimit(context);
                return;
            }
            super.channelRead(context, bytes);
            beforeDecoder = beforeDecoder || followDecoder(context.pipeline());
            if (beforeDecoder) {
                end(); // Whether these bytes were a whole request, nobody saw; the next one is timed.
            } else if (cut == null && context.channel().isActive()) {
                begin(context);
            }
        }

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
                if (exchange.hasSeenEnd()) {
                    end(); // The rest of the bytes, if any, begins another one: its time runs from the next byte.
                } else if (cut == null && context.channel().isActive()) {
                    begin(context);
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

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            end();
            ahead.forEach(ByteBuf::release);
            ahead.clear();
            super.channelInactive(context);
        }

        private void begin(ChannelHandlerContext context) {
            cut = context.executor().schedule(() -> close(context), limitNanos, TimeUnit.NANOSECONDS);
        }

        private static void close(ChannelHandlerContext context) {
            ChannelFuture unused = context.close(); // Nobody is left to be told how that went.
        }

        private void end() {
            if (cut != null) {
                cut.cancel(false);
                cut = null;
            }
        }
    }
}
