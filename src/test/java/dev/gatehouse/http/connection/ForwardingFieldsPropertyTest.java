package dev.gatehouse.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.SeededProperty;
import dev.gatehouse.Texts;
import dev.gatehouse.client.TestClients;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;

/** What {@link ForwardingFields} leaves of the fields that a trusted proxy sends. */
class ForwardingFieldsPropertyTest {
    private static final List<String> FIELDS = List.of(
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Port",
            "X-Forwarded-Ssl",
            "X-Forwarded-Host",
            "X-Forwarded-Prefix",
            "X-Forwarded-Trusted-Proxy",
            "Host");

    /** A field as the proxy sends it. */
    record Field(String name, String value) {}

    /** A connection from a proxy. */
    private static final class FromProxy extends EmbeddedChannel {
        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress("10.0.0.1", 4711);
        }
    }

    private static ForwardingFields behindProxies(boolean forwarded) {
        return new ForwardingFields(
                new SmallRyeConfigBuilder()
                        .withDefaultValue("quarkus.http.proxy.proxy-address-forwarding", "true")
                        .withDefaultValue("quarkus.http.proxy.enable-forwarded-host", "true")
                        .build(),
                TestClients.behindProxies("10.0.0.0/8", forwarded));
    }

    @SeededProperty
    void onlyWellFormedFieldsAreLeftAndAreLeftAgain(@ForAll("fields") List<Field> fields, @ForAll boolean forwarded) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        fields.forEach(field -> request.headers().add(field.name(), field.value()));
        FromProxy connection = new FromProxy();
        behindProxies(forwarded).prepare(connection, request);
        HttpHeaders left = request.headers();
        assertThat(left.getAll("X-Forwarded-For")).isEmpty();
        assertThat(left.getAll("X-Forwarded-Trusted-Proxy")).isEmpty();
        assertThat(left.getAll("X-Forwarded-Proto")).hasSizeLessThan(2).allMatch(scheme -> scheme.matches("https?"));
        assertThat(left.getAll("X-Forwarded-Port"))
                .hasSizeLessThan(2)
                .allMatch(port -> port.matches("[0-9]{1,5}") && Integer.parseInt(port) < 65_536);
        assertThat(left.getAll("Forwarded")).hasSizeLessThan(2).noneMatch(value -> value.contains("for="));
        List<String> once = sorted(left);
        behindProxies(forwarded).prepare(connection, request);
        assertThat(sorted(left)).isEqualTo(once);
        connection.finishAndReleaseAll();
    }

    private static List<String> sorted(HttpHeaders fields) {
        return fields.entries().stream().map(Object::toString).sorted().toList();
    }

    @Provide
    Arbitrary<List<Field>> fields() {
        Arbitrary<String> value = Texts.ofPieces(
                        8,
                        "http",
                        "HTTPS",
                        "proto=",
                        "host=",
                        "for=",
                        "a.example",
                        ":",
                        "443",
                        "65536",
                        "99999",
                        "/",
                        "/auth",
                        "..",
                        ",",
                        ";",
                        "\"",
                        "\\",
                        "=",
                        " ",
                        "[::1]",
                        "on",
                        "é")
                .map(String::strip); // As the decoder does.
        return Combinators.combine(Arbitraries.of(FIELDS), value)
                .as(Field::new)
                .list()
                .ofMaxSize(8);
    }
}
