package dev.gatehouse.client;

import dev.gatehouse.crypto.Utf8;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.inject.Singleton;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells who sent a request. The address is that of the connection's other end, unless that is a proxy which the operator
 * trusts: then the one that the proxy saw, and so on from the right to the left of its header. What stands further left
 * was written by whoever wanted to.
 */
@Singleton
public class Clients {
    private static final AttributeKey<List<String>> LINES = AttributeKey.valueOf(Clients.class.getName());

    private static final String FORWARDED = "Forwarded";
    private static final String X_FORWARDED_FOR = "X-Forwarded-For";
    private static final String UNKNOWN = "unknown";

    /** A parameter of an element and what ends it (RFC 7239, 4). A client's words may stand in a quoted one. */
    private static final Pattern PAIR = Pattern.compile(
            "\\s*(?<name>[A-Za-z-]+)=(?:\"(?<quoted>(?:[^\"\\\\]|\\\\.)*+)\"|(?<plain>[^\";,\\s]*))\\s*(?<end>[;,]|$)");

    /** An address in a node (RFC 7239, 6). */
    private static final Pattern NODE =
            Pattern.compile("\\[([^\\]]+)\\](?::\\d+)?|([0-9.]+)(?::\\d+)?|([0-9A-Fa-f:.]+)");

    private final CurrentVertxRequest request;
    private final boolean forwarded;
    private final List<IpNetwork> trusted;

    Clients(ProxyConfig config, CurrentVertxRequest request) {
        this.request = request;
        this.forwarded = config.allowForwarded();
        this.trusted = config.proxyAddressForwarding()
                ? config.trustedProxies().orElse(List.of()).stream()
                        .map(Clients::network)
                        .toList()
                : List.of();
    }

    private static IpNetwork network(String text) {
        return IpNetwork.parse(text.strip())
                .orElseThrow(() -> new IllegalArgumentException(
                        "quarkus.http.proxy.trusted-proxies must be addresses or networks: " + text));
    }

    /** Returns the client whose call runs on this thread. Must be called while a request is handled. */
    public Client current() {
        HttpServerRequest current = request.getCurrent().request();
        Optional<String> userAgent = Optional.ofNullable(current.getHeader(HttpHeaders.USER_AGENT));
        return new Client(address(current), Client.tidy(userAgent.map(Clients::decoded)));
    }

    /** Fields arrive with a character for each byte. What is UTF-8 was meant as such; anything else is left as it is. */
    private static String decoded(String field) {
        try {
            return Utf8.decode(field.getBytes(StandardCharsets.ISO_8859_1));
        } catch (CharacterCodingException e) {
            return field;
        }
    }

    private String address(HttpServerRequest request) {
        // Not the request's own, which Quarkus may have replaced by what a header says.
        SocketAddress remote = request.connection().remoteAddress();
        String peer = remote == null ? null : remote.hostAddress();
        return peer == null ? UNKNOWN : address(peer, lines(request, forwarded ? FORWARDED : X_FORWARDED_FOR));
    }

    /** Whether proxies are read from {@code Forwarded} instead of {@code X-Forwarded-For}. */
    public boolean readsForwarded() {
        return forwarded;
    }

    /** Whether the fields of a peer are believed. */
    public boolean isTrusted(String peer) {
        return !trusted.isEmpty() && IpNetwork.parse(peer).map(this::isTrusted).orElse(false);
    }

    /**
     * The client's address.
     *
     * @param peer the connection's other end
     * @param lines the header's
     */
    String address(String peer, List<String> lines) {
        return IpNetwork.parse(peer).map(end -> walk(end, lines)).orElse(peer);
    }

    /**
     * What is no address ends the walk, and stands for whoever hides behind it: not for the proxy that said so, whose own
     * address a client could then choose to have.
     */
    private String walk(IpNetwork peer, List<String> lines) {
        IpNetwork client = peer;
        List<String> nodes = trusted.isEmpty() ? List.of() : nodes(lines);
        for (int n = nodes.size() - 1; n >= 0 && isTrusted(client); n--) {
            Optional<IpNetwork> before = address(nodes.get(n));
            if (before.isEmpty()) {
                return UNKNOWN;
            }
            client = before.get();
        }
        return client.text();
    }

    private boolean isTrusted(IpNetwork address) {
        return trusted.stream().anyMatch(network -> network.contains(address));
    }

    /** What the proxies saw, each a part of the header, over all of its lines. */
    private List<String> nodes(List<String> lines) {
        return lines.stream()
                .flatMap(line -> forwarded ? forParameters(line).stream() : Stream.of(line.split(",", -1)))
                .map(String::strip)
                .toList();
    }

    /** The node of each element; of a line that is not well-formed a single one that is none, whatever is said in it. */
    private static List<String> forParameters(String line) {
        List<String> nodes = new ArrayList<>();
        String node = null;
        Matcher pair = PAIR.matcher(line);
        int at = 0;
        do {
            boolean wellFormed = pair.region(at, line.length()).lookingAt();
            boolean isFor = wellFormed && pair.group("name").equalsIgnoreCase("for");
            if (!wellFormed || (isFor && node != null)) {
                return List.of("");
            }
            if (isFor) {
                node = pair.group("quoted") != null ? pair.group("quoted") : pair.group("plain");
            }
            if (!pair.group("end").equals(";")) {
                nodes.add(node == null ? "" : node);
                node = null;
            }
            at = pair.end();
        } while (!pair.group("end").isEmpty());
        return nodes;
    }

    /** With a port or without, an IPv6 address in brackets or without. */
    private static Optional<IpNetwork> address(String node) {
        Matcher matcher = NODE.matcher(node);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String text = matcher.group(1) != null ? matcher.group(1) : matcher.group(2) != null ? matcher.group(2) : node;
        return IpNetwork.parse(text);
    }

    /** Keeps the lines that name the clients of the request that is about to begin on a connection. */
    public void keep(Channel connection, List<String> lines) {
        connection.attr(LINES).set(lines);
    }

    /** Returns the lines that were kept; those of the request where none were. */
    private static List<String> lines(HttpServerRequest request, String field) {
        if (request.connection() instanceof ConnectionBase connection
                && connection.channel().hasAttr(LINES)) {
            return connection.channel().attr(LINES).get();
        }
        return request.headers().getAll(field);
    }
}
