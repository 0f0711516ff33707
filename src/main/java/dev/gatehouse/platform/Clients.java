package dev.gatehouse.platform;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells who sent a request. The address is that of the connection's other end, unless that is a proxy which the operator
 * trusts: then the one that the proxy saw, and so on from the right to the left of its header. What stands further left
 * was written by whoever wanted to.
 */
@Singleton
public class Clients {
    private static final String FORWARDED = "Forwarded";
    private static final String X_FORWARDED_FOR = "X-Forwarded-For";
    private static final String UNKNOWN = "unknown";

    /** The parameter of an element that names whom the proxy saw (RFC 7239, 5.2). */
    private static final String FOR = "for=";

    /** An address in a node (RFC 7239, 6). */
    private static final Pattern NODE =
            Pattern.compile("\\[([^\\]]+)\\](?::\\d+)?|([0-9.]+)(?::\\d+)?|([0-9A-Fa-f:.]+)");

    private final boolean forwarded;
    private final List<IpNetwork> trusted;

    Clients(ProxyConfig config) {
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

    /** The client of a call. */
    public Client of(RoutingContext context) {
        HttpServerRequest request = context.request();
        Optional<String> userAgent = Optional.ofNullable(request.getHeader(HttpHeaders.USER_AGENT));
        return new Client(address(request), Client.tidy(userAgent), Departure.of(context));
    }

    private String address(HttpServerRequest request) {
        // Not the request's own, which Quarkus may have replaced by what a header says.
        SocketAddress remote = request.connection().remoteAddress();
        String peer = remote == null ? null : remote.hostAddress();
        return peer == null
                ? UNKNOWN
                : address(peer, request.headers().getAll(forwarded ? FORWARDED : X_FORWARDED_FOR));
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

    private String walk(IpNetwork peer, List<String> lines) {
        IpNetwork client = peer;
        List<String> nodes = trusted.isEmpty() ? List.of() : nodes(lines);
        for (int n = nodes.size() - 1; n >= 0 && isTrusted(client); n--) {
            Optional<IpNetwork> before = address(nodes.get(n));
            if (before.isEmpty()) {
                break; // Unknown or obfuscated: the proxy that said so is the last that is known.
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
        List<String> nodes = new ArrayList<>();
        for (String line : lines) {
            for (String element : split(line, ',')) {
                nodes.add(forwarded ? forParameter(element) : element.strip());
            }
        }
        return nodes;
    }

    /** Empty, which is no address, where there is none, more than one, or a quote that does not end. */
    private static String forParameter(String element) {
        List<String> nodes = split(element, ';').stream()
                .map(String::strip)
                .filter(parameter -> parameter.regionMatches(true, 0, FOR, 0, FOR.length()))
                .map(parameter -> parameter.substring(FOR.length()))
                .toList();
        if (nodes.size() != 1 || element.chars().filter(one -> one == '"').count() % 2 != 0) {
            return "";
        }
        String node = nodes.getFirst();
        boolean quoted = node.length() > 1 && node.startsWith("\"") && node.endsWith("\"");
        return quoted ? node.substring(1, node.length() - 1) : node;
    }

    /** Splits outside of quoted strings (RFC 9110, 5.6.4), in which a client's words may stand. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if (character == '\\' && quoted) {
                at++;
            } else if (character == '"') {
                quoted = !quoted;
            } else if (character == separator && !quoted) {
                parts.add(text.substring(start, at));
                start = at + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
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
}
