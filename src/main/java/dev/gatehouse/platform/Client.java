package dev.gatehouse.platform;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.Optional;

/**
 * Who sent a request, as far as that can be seen. Good for showing to people and for the audit, not for decisions.
 *
 * @param address the IP address of the connection's other end; no header is believed
 * @param userAgent what the client calls itself: at most 256 code points without control characters; empty when it
 *     sent nothing
 */
public record Client(String address, Optional<String> userAgent) {
    private static final int MAX_USER_AGENT = 256;

    /** The client of a request. */
    public static Client of(HttpServerRequest request) {
        SocketAddress remote = request.remoteAddress();
        String address = remote == null || remote.hostAddress() == null ? "unknown" : remote.hostAddress();
        return new Client(address, Optional.ofNullable(request.getHeader(HttpHeaders.USER_AGENT))).withTidyUserAgent();
    }

    private Client withTidyUserAgent() {
        return new Client(address, userAgent.map(Client::tidy).filter(text -> !text.isEmpty()));
    }

    private static String tidy(String text) {
        return text.codePoints()
                .filter(codePoint -> !Character.isISOControl(codePoint))
                .limit(MAX_USER_AGENT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
