package dev.gatehouse.command;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Calls to a service on this machine, never through a proxy and for three seconds at most. */
final class LocalHttp {
    private static final int LIMIT_MILLIS = (int) Duration.ofSeconds(3).toMillis();

    private static final int HIGHEST_PORT = 65_535;

    private final String base;

    /**
     * @param scheme {@code http} or {@code https}
     * @param host the address that the service is bound to; where that is every address, it is called on loopback
     * @throws IllegalArgumentException if there is no such port
     */
    LocalHttp(String scheme, String host, int port) throws IOException {
        if (port < 0 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("there is no port " + port);
        }
        InetAddress address = InetAddress.getByName(host);
        String called = address.isAnyLocalAddress()
                ? InetAddress.getLoopbackAddress().getHostAddress()
                : address.getHostAddress();
        base = scheme + "://" + (called.contains(":") ? "[" + called + "]" : called) + ":" + port;
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
        if (connection instanceof HttpsURLConnection https) {
            acceptAnyCertificate(https);
        }
        return connection;
    }

    /** The service's own certificate names it for others, not for loopback, and nothing secret is sent. */
    private static void acceptAnyCertificate(HttpsURLConnection connection) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, null);
            connection.setSSLSocketFactory(context.getSocketFactory());
            connection.setHostnameVerifier((name, session) -> true);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Trusts every server. */
    private static final class AnyCertificate extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
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
