package dev.gatehouse.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.client.TestClients;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which port the fields name that Quarkus reads. */
class ForwardingFieldsTest {
    private static final String PROXY = "192.0.2.1";

    /** A connection from the trusted proxy. */
    private static final class FromProxy extends EmbeddedChannel {
        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(PROXY, 1024);
        }
    }

    private static HttpRequest prepared(boolean readsForwarded, String field, String value) {
        ForwardingFields fields = new ForwardingFields(
                new SmallRyeConfigBuilder()
                        .withDefaultValues(Map.of("quarkus.http.proxy.proxy-address-forwarding", "true"))
                        .build(),
                TestClients.behind(PROXY, readsForwarded));
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        request.headers().set("Host", "auth.example:8443").set(field, value);
        fields.prepare(new FromProxy(), request);
        return request;
    }

    @ParameterizedTest
    @CsvSource({
        "true, Forwarded, for=203.0.113.7",
        "true, X-Forwarded-Proto, https",
        "false, X-Forwarded-For, 203.0.113.7",
        "false, Forwarded, for=203.0.113.7"
    })
    void thePortStaysThatOfHostWhereNoSchemeIsNamed(boolean readsForwarded, String field, String value) {
        HttpRequest request = prepared(readsForwarded, field, value);
        assertThat(request.headers().names()).containsExactly("Host");
        assertThat(request.headers().get("Host")).isEqualTo("auth.example:8443");
    }

    @ParameterizedTest
    @CsvSource({
        "false, X-Forwarded-Proto, https, X-Forwarded-Port, 8443",
        "false, X-Forwarded-Ssl, on, X-Forwarded-Port, 8443",
        "false, X-Forwarded-Port, 443, X-Forwarded-Port, 443",
        "true, Forwarded, proto=https, Forwarded, proto=https;host=\"auth.example:8443\"",
        "true, Forwarded, proto=https;host=other.example, Forwarded, proto=https;host=\"other.example\""
    })
    void thePortIsSaidAgainBesideAScheme(
            boolean readsForwarded, String field, String value, String prepared, String expected) {
        assertThat(prepared(readsForwarded, field, value).headers().get(prepared))
                .isEqualTo(expected);
    }
}
