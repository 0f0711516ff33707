package dev.gatehouse.http.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.client.TestClients;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No fault behind a connection leaves its request without an answer. */
class OneExchangeAtATimeTest {
    private static final String REQUEST = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}";

    /** The shortest one: the first look of the watch finds it over. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(1);

    /** What goes wrong behind the exchange, in the order of a request's way. */
    enum Stage {
        THROWS_AT_THE_HEAD,
        THROWS_AN_ERROR,
        DROPS_THE_HEAD,
        THROWS_AT_THE_BODY,
        NEVER_ANSWERS
    }

    /** A stage of the pipeline that fails. */
    private static final class Failing extends ChannelInboundHandlerAdapter {
        private final Stage stage;

        Failing(Stage stage) {
            this.stage = stage;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
            boolean head = message instanceof HttpRequest;
            if (stage == (head ? Stage.THROWS_AT_THE_HEAD : Stage.THROWS_AT_THE_BODY)) {
                throw new IllegalStateException("injected");
            }
            if (head && stage == Stage.THROWS_AN_ERROR) {
                throw new AssertionError("injected");
            }
            if (stage != Stage.DROPS_THE_HEAD || !head) {
                context.fireChannelRead("nobody takes it");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // As a handler that only logs it.
        }
    }

    /** What stands in for Vert.x where nothing fails. */
    private interface Application {
        void answer(ChannelHandlerContext context);
    }

    private static ChannelInboundHandlerAdapter application(Application application) {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ReferenceCountUtil.release(message);
                if (message instanceof LastHttpContent) {
                    application.answer(context);
                }
            }
        };
    }

    /** How often the connection was told that no further request will be read. */
    private final AtomicInteger closing = new AtomicInteger();

    private EmbeddedChannel connection(ChannelInboundHandlerAdapter behind) {
        ForwardingFields forwarding =
                new ForwardingFields(new SmallRyeConfigBuilder().build(), TestClients.withoutProxy());
        DateField date = new DateField(Clock.fixed(Instant.parse("2026-11-01T09:08:07.9Z"), ZoneOffset.UTC));
        ConnectionRules rules =
                new ConnectionRules(Duration.ofSeconds(20), Optional.of(RESPONSE_TIMEOUT), forwarding, date);
        return new EmbeddedChannel(
                new HttpRequestDecoder(),
                new HttpResponseEncoder(),
                new OneExchangeAtATime(rules, () -> {}, closing::incrementAndGet),
                behind);
    }

    private static String written(EmbeddedChannel connection) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = connection.readOutbound(); bytes != null; bytes = connection.readOutbound()) {
            text.append(bytes.toString(US_ASCII));
            bytes.release();
        }
        return text.toString();
    }

    private static void aSecondPasses(EmbeddedChannel connection) {
        connection.advanceTimeBy(1, TimeUnit.SECONDS);
        connection.runScheduledPendingTasks();
    }

    private static void send(EmbeddedChannel connection) {
        connection.writeInbound(Unpooled.copiedBuffer(REQUEST, US_ASCII));
    }

    @ParameterizedTest
    @EnumSource(Stage.class)
    void aRequestThatNobodyAnswersIsAnsweredInTheEnd(Stage stage) {
        EmbeddedChannel connection = connection(new Failing(stage));
        send(connection);
        assertThat(written(connection)).isEmpty();

        aSecondPasses(connection);

        assertThat(written(connection))
                .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                .contains("\r\nRetry-After: 1\r\n")
                .contains("\r\nconnection: close\r\n")
                .contains("\r\ndate: Sun, 01 Nov 2026 09:08:07 GMT\r\n")
                .endsWith("\"detail\":\"There was no response in time\"}");
    }

    @Test
    void aLateResponseIsDropped() {
        AtomicReference<ChannelHandlerContext> late = new AtomicReference<>();
        EmbeddedChannel connection = connection(application(late::set));
        send(connection);
        aSecondPasses(connection);
        assertThat(written(connection)).startsWith("HTTP/1.1 503 ");

        DefaultFullHttpResponse response = response();
        assertThat(late.get().writeAndFlush(response).isSuccess()).isTrue();

        assertThat(written(connection)).isEmpty();
        assertThat(response.refCnt()).isZero();
    }

    @Test
    void aResponseThatStopsClosesItsConnection() {
        EmbeddedChannel connection = connection(application(context -> {
            var unused = context.writeAndFlush(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        }));
        send(connection);
        assertThat(written(connection)).startsWith("HTTP/1.1 200 OK");

        aSecondPasses(connection);

        assertThat(written(connection)).isEmpty();
        assertThat(connection.isOpen()).isFalse();
    }

    /** It could not be written again: part of it may have gone. */
    @Test
    void aResponseThatCannotBeWrittenClosesItsConnection() {
        EmbeddedChannel connection = connection(application(context -> {
            DefaultFullHttpResponse broken = response();
            broken.release();
            var unused = context.writeAndFlush(broken);
        }));

        send(connection);

        assertThat(connection.isOpen()).isFalse();
    }

    /** RFC 9112, 9.6: what follows is neither read nor answered. */
    @Test
    void aResponseThatClosesIsTheLastOfItsConnection() {
        AtomicInteger requests = new AtomicInteger();
        EmbeddedChannel connection = connection(application(context -> {
            requests.incrementAndGet();
            DefaultFullHttpResponse last = response();
            last.headers().set("Connection", "close");
            var unused = context.writeAndFlush(last);
        }));
        connection.writeInbound(Unpooled.copiedBuffer(REQUEST.repeat(3), US_ASCII));
        connection.runPendingTasks();
        send(connection);
        connection.runPendingTasks();

        assertThat(requests).hasValue(1);
        assertThat(written(connection)).containsOnlyOnce("HTTP/1.1 200 OK");
        assertThat(closing).hasValue(1);
    }

    /** As when the service stops: the gate answers before the body has come. */
    @Test
    void aResponseThatClosesDoesNotWaitForTheBody() {
        EmbeddedChannel connection = connection(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ReferenceCountUtil.release(message);
                if (message instanceof HttpRequest) {
                    DefaultFullHttpResponse last = response();
                    last.headers().set("Connection", "close");
                    var unused = context.writeAndFlush(last);
                }
            }
        });
        connection.writeInbound(
                Unpooled.copiedBuffer("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", US_ASCII));
        connection.runPendingTasks();

        assertThat(written(connection)).containsOnlyOnce("HTTP/1.1 200 OK");
        assertThat(closing).hasValue(1);
    }

    @Test
    void anAnsweredRequestIsLeftAlone() {
        EmbeddedChannel connection = connection(application(context -> {
            var unused = context.writeAndFlush(response());
        }));
        for (int n = 0; n < 3; n++) {
            send(connection);
            assertThat(written(connection)).startsWith("HTTP/1.1 200 OK").contains("\r\ndate: Sun, 01 Nov 2026 ");
            aSecondPasses(connection);
            assertThat(written(connection)).isEmpty();
            assertThat(connection.isOpen()).isTrue();
        }
    }

    /** As with a body that is refused by its declared length. */
    @Test
    void aRequestThatEndsAfterItsResponseIsOver() {
        EmbeddedChannel connection = connection(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ReferenceCountUtil.release(message);
                if (message instanceof HttpRequest) {
                    var unused = context.writeAndFlush(response());
                }
            }
        });
        connection.writeInbound(Unpooled.copiedBuffer(REQUEST.substring(0, REQUEST.length() - 2), US_ASCII));
        assertThat(written(connection)).startsWith("HTTP/1.1 200 OK");
        connection.writeInbound(Unpooled.copiedBuffer(REQUEST.substring(REQUEST.length() - 2), US_ASCII));

        aSecondPasses(connection);
        aSecondPasses(connection);

        assertThat(written(connection)).isEmpty();
        assertThat(connection.isOpen()).isTrue();
    }

    private static DefaultFullHttpResponse response() {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.buffer(0));
        response.headers().set("content-length", 0);
        return response;
    }
}
