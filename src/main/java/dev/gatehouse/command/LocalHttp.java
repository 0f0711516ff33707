package dev.gatehouse.command;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Calls to a service on this machine, never through a proxy and for three seconds at most. */
final class LocalHttp {
    private static final int LIMIT_MILLIS = (int) Duration.ofSeconds(3).toMillis();

    private final String base;

    /** @param host the address that the service is bound to; where that is every address, it is called on loopback */
    LocalHttp(String host, int port) throws IOException {
        InetAddress address = InetAddress.getByName(host);
        String called = address.isAnyLocalAddress()
                ? InetAddress.getLoopbackAddress().getHostAddress()
                : address.getHostAddress();
        base = "http://" + (called.contains(":") ? "[" + called + "]" : called) + ":" + port;
    }

    /** Returns the status of the answer. */
    int get(String path) throws IOException {
        return status(open(path));
    }

    /** Returns the status of the answer. */
    int post(String path, String json) throws IOException {
        HttpURLConnection connection = open(path);
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream body = connection.getOutputStream()) {
            body.write(json.getBytes(StandardCharsets.UTF_8));
        }
        return status(connection);
    }

    private HttpURLConnection open(String path) throws IOException {
        var connection = (HttpURLConnection) URI.create(base + path).toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(LIMIT_MILLIS);
        connection.setReadTimeout(LIMIT_MILLIS);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }

    private static int status(HttpURLConnection connection) throws IOException {
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    @Override
    public String toString() {
        return base;
    }
}
