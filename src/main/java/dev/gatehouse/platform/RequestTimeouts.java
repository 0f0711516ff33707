package dev.gatehouse.platform;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.SmallRyeConfig;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection whose request does not come to its end in time, be it the head or the body. The idle timeout would not: a
 * client that sends a byte now and then is never idle. Neither Vert.x nor Quarkus has such a limit, so this is put into the
 * pipeline of each connection through Netty's own extension point, which {@link #enable} switches on.
 */
@RegisterForReflection // Made by the service loader, whose file is among the native executable's resources.
public final class RequestTimeouts extends ChannelInitializerExtension {
    private volatile long limitNanos;

    /** Must be called before the first server listens. */
    public static void enable() {
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
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
        private final Requests requests = new Requests();
        private boolean beforeDecoder;
        private @Nullable ScheduledFuture<?> cut;

        Bytes(long limitNanos) {
            this.limitNanos = limitNanos;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            begin(context);
            super.channelActive(context);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
            beforeDecoder = beforeDecoder || followDecoder(context.pipeline());
            boolean seen = beforeDecoder;
            requests.ended = false;
            super.channelRead(context, bytes);
            beforeDecoder = beforeDecoder || followDecoder(context.pipeline());
            if (!seen && beforeDecoder) {
                end(); // Whether these bytes were a whole request, nobody saw; the next one is timed.
            } else if (requests.ended) {
                end(); // The rest of the bytes, if any, begins another one: its time runs from the next byte.
            } else if (cut == null && context.channel().isActive()) {
                begin(context);
            }
        }

        private boolean followDecoder(ChannelPipeline pipeline) {
            ChannelHandlerContext decoder = pipeline.context(HttpRequestDecoder.class);
            if (decoder == null) {
                return false; // Not before TLS has been agreed on, nor on the management port before the first bytes.
            }
            pipeline.addAfter(decoder.name(), "request-ends", requests);
            return true;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            end();
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

    /** Notices where requests end. */
    private static final class Requests extends ChannelInboundHandlerAdapter {
        private boolean ended;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (message instanceof LastHttpContent) {
                ended = true;
            }
            super.channelRead(context, message);
        }
    }
}
