package dev.gatehouse.http.connection;

import dev.gatehouse.client.Clients;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/**
 * Passes to Quarkus only those fields of a proxy that Quarkus can read. Quarkus' own parser throws at an empty address, logs an error
 * for each port that is no number, and believes every peer where no proxy is named. Here the fields of others than trusted proxies are
 * removed, and so is what is not well-formed. The addresses of clients are kept from Quarkus altogether: {@link Clients} reads them.
 */
@Singleton
class ForwardingFields {
    private static final String FORWARDED = "Forwarded";
    private static final String FOR = "X-Forwarded-For";
    private static final String PROTO = "X-Forwarded-Proto";
    private static final String PORT = "X-Forwarded-Port";
    private static final String SSL = "X-Forwarded-Ssl";
    private static final String TRUSTED_PROXY = "X-Forwarded-Trusted-Proxy";

    private static final Pattern SCHEME = Pattern.compile("(?i:https?)");
    private static final Pattern PREFIX = Pattern.compile("(?:/[A-Za-z0-9._~-]++)++/?");
    private static final Pattern FORWARDED_PROTO =
            Pattern.compile("(?i)(?:^|[;,\\s])proto=\"?([A-Za-z]+)\"?(?=[;,\\s]|$)");
    private static final Pattern FORWARDED_HOST =
            Pattern.compile("(?i)(?:^|[;,\\s])host=(?:\"([^\"]*)\"|([^;,\\s\"]*))");
    private static final Pattern HOST_WITH_PORT =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):([0-9]{1,5})");
    private static final int HIGHEST_PORT = 65_535;

    private final boolean used;
    private final boolean readsHost;
    private final Clients clients;
    private final String hostField;
    private final String prefixField;

    ForwardingFields(Config config, Clients clients) {
        this.used = config.getOptionalValue("quarkus.http.proxy.proxy-address-forwarding", Boolean.class)
                .orElse(false);
        this.readsHost = config.getOptionalValue("quarkus.http.proxy.enable-forwarded-host", Boolean.class)
                .orElse(false);
        this.clients = clients;
        this.hostField = config.getOptionalValue("quarkus.http.proxy.forwarded-host-header", String.class)
                .orElse("X-Forwarded-Host");
        this.prefixField = config.getOptionalValue("quarkus.http.proxy.forwarded-prefix-header", String.class)
                .orElse("X-Forwarded-Prefix");
    }

    /** Prepares the fields of a request that is about to begin on a connection. */
    void prepare(Channel connection, HttpRequest request) {
        if (!used) {
            return; // Quarkus does not look at any.
        }
        HttpHeaders fields = request.headers();
        clients.keep(connection, fields.getAll(clients.readsForwarded() ? FORWARDED : FOR));
        fields.remove(FOR);
        fields.remove(TRUSTED_PROXY);
        boolean believed = connection.remoteAddress() instanceof InetSocketAddress peer
                && clients.isTrusted(peer.getAddress().getHostAddress());
        boolean forwarded = believed && clients.readsForwarded();
        boolean others = believed && !clients.readsForwarded();
        tidy(fields, FORWARDED, forwarded, ForwardingFields::forwarded);
        tidy(fields, PROTO, others, value -> first(value).flatMap(ForwardingFields::scheme));
        tidy(fields, PORT, others, value -> first(value).filter(ForwardingFields::isPort));
        tidy(fields, SSL, others, ForwardingFields::first);
        tidy(fields, hostField, others, value -> first(value).filter(RequestHead::isHost));
        tidy(
                fields,
                prefixField,
                others,
                value -> first(value).filter(prefix -> PREFIX.matcher(prefix).matches()));
        if (believed) {
            keepPort(fields);
        }
    }

    /**
     * Says the port in {@code Host} once more where a proxy names the scheme and no host: Quarkus would take it for the port of the other
     * scheme and drop it.
     */
    private void keepPort(HttpHeaders fields) {
        String host = fields.get(HttpHeaderNames.HOST);
        Matcher port = HOST_WITH_PORT.matcher(host == null ? "" : host);
        if (!port.matches()) {
            return;
        }
        String forwarded = fields.get(FORWARDED);
        if (forwarded != null) {
            if (!forwarded.contains("host=")) {
                fields.set(FORWARDED, forwarded + ";host=\"" + host + '"');
            }
        } else if (namesScheme(fields) && !fields.contains(PORT) && !(readsHost && fields.contains(hostField))) {
            fields.set(PORT, port.group(1));
        }
    }

    private static boolean namesScheme(HttpHeaders fields) {
        return fields.contains(PROTO) || fields.contains(SSL);
    }

    /** Replaces all lines of a field by what a rule makes of the first one, which is the one that Quarkus reads. */
    private static void tidy(
            HttpHeaders fields, String name, boolean believed, Function<String, Optional<String>> rule) {
        String value = fields.get(name);
        if (value == null) {
            return;
        }
        Optional<String> tidied = believed ? rule.apply(value) : Optional.empty();
        tidied.ifPresentOrElse(one -> fields.set(name, one), () -> fields.remove(name));
    }

    private static Optional<String> first(String value) {
        return Optional.of(value.split(",", 2)[0].strip());
    }

    private static Optional<String> scheme(String value) {
        return SCHEME.matcher(value).matches() ? Optional.of(value.toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    private static boolean isPort(String value) {
        return value.matches("[0-9]{1,5}") && Integer.parseInt(value) <= HIGHEST_PORT;
    }

    /** The parameters of the first element that Quarkus reads, but for the client's address (RFC 7239, 4). */
    private static Optional<String> forwarded(String value) {
        Matcher host = FORWARDED_HOST.matcher(value);
        Matcher proto = FORWARDED_PROTO.matcher(value);
        Optional<String> scheme = proto.find() ? scheme(proto.group(1)) : Optional.empty();
        Optional<String> name = host.find()
                ? Optional.of(Objects.requireNonNullElse(host.group(1), host.group(2)))
                        // Quarkus looks for parameters everywhere, also within host="for=x".
                        .filter(text -> !text.isEmpty() && !text.contains("=") && RequestHead.isHost(text))
                : Optional.empty();
        String pairs = Stream.of(scheme.map(text -> "proto=" + text), name.map(text -> "host=\"" + text + '"'))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(";"));
        return Optional.of(pairs).filter(text -> !text.isEmpty());
    }
}
