package dev.gatehouse.http.connection;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Whether the target of a request has only characters that RFC 3986 allows. Quarkus answers others with an empty 400, before any
 * filter. So the pipeline replaces such a target by one that Quarkus takes, and {@code FrontGate} refuses the request in the
 * documented order.
 */
public enum RequestTarget {
    VALID,
    /** The path has characters that are not allowed. Quarkus sees the path {@code /} instead. */
    INVALID_PATH,
    /** Only the query has characters that are not allowed. Quarkus sees the path alone. */
    INVALID_QUERY;

    private static final AttributeKey<RequestTarget> KEY = AttributeKey.valueOf(RequestTarget.class.getName());

    /** Judges the target of a request that is about to begin on a connection, and replaces an invalid one. */
    static void judge(Channel connection, HttpRequest request) {
        String target = request.uri();
        if (isPlain(target) || isUri(target)) {
            if (connection.hasAttr(KEY)) {
                connection.attr(KEY).set(VALID);
            }
            return;
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        boolean validPath = query >= 0 && isUri(path);
        request.setUri(validPath ? path : "/");
        connection.attr(KEY).set(validPath ? INVALID_QUERY : INVALID_PATH);
    }

    /** Returns what was judged of the request that a connection is at; {@link #VALID} where nothing was. */
    public static RequestTarget of(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection
                && connection.channel().hasAttr(KEY)) {
            return connection.channel().attr(KEY).get();
        }
        return VALID;
    }

    /** The targets of nearly all requests, which need no parser. */
    private static boolean isPlain(String target) {
        for (int n = 0; n < target.length(); n++) {
            char c = target.charAt(n);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '/'
                    || c == '-'
                    || c == '_'
                    || c == '.';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    /** As Quarkus judges. */
    private static boolean isUri(String target) {
        try {
            URI unused = new URI(target);
            return true;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
