package dev.gatehouse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.Api.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which origins may call the packaged service, and what scripts of theirs may read. */
class OriginsIT {
    private static final String PASSWORD = "a long enough password";
    private static final String JWKS = "/.well-known/jwks.json";
    private static final String ALLOWED = "https://a.example";
    private static final String EXPOSED = "Retry-After,WWW-Authenticate,ETag,Allow";

    /** An address of this host whose forwarding fields are believed; those of 127.0.0.1 are not. */
    private static final String PROXY = "127.0.0.2";

    private static final PackagedService SERVICE = PackagedService.ready(
            TestPostgres.newDatabase(),
            Map.of(
                    "QUARKUS_HTTP_CORS_ENABLED", "true",
                    "QUARKUS_HTTP_CORS_ORIGINS", ALLOWED + ", capacitor://localhost,https://c.example:8443",
                    "QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING", "true",
                    "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", PROXY,
                    "QUARKUS_HTTP_PROXY_ENABLE_FORWARDED_HOST", "true",
                    "GATEHOUSE_PASSWORD_COST", "4"));

    private final Api api = SERVICE.api();

    @AfterAll
    static void stop() {
        SERVICE.close();
    }

    private Answer from(String origin, String method, String path) {
        return api.call(method, path).header("Origin", origin).send();
    }

    private Answer preflight(String origin, String method, String path) {
        return api.call("OPTIONS", path)
                .header("Origin", origin)
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", "authorization,content-type")
                .send();
    }

    private static List<String> corsFields(Answer answer) {
        return answer.headers().map().keySet().stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control-"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {ALLOWED, "capacitor://localhost", "https://c.example:8443"})
    void aConfiguredOriginMayCallAndReadWhatClientsActUpon(String origin) {
        Answer allowed = from(origin, "GET", "/notsecret");
        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(allowed.header("Access-Control-Allow-Credentials")).isNotEqualTo("true");
        assertThat(allowed.header("Access-Control-Expose-Headers")).isEqualTo(EXPOSED);
        assertThat(allowed.header("Vary")).isEqualTo("Origin");
        Answer refused = from(origin, "POST", "/secret");
        assertThat(refused.problem()).isEqualTo("not-authenticated");
        assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(refused.header("Access-Control-Expose-Headers")).contains("WWW-Authenticate");
        Answer method = from(origin, "DELETE", "/notsecret");
        assertThat(method.header("Allow")).isEqualTo("GET, HEAD");
        assertThat(method.header("Access-Control-Expose-Headers")).contains("Allow");
    }

    @Test
    void aPreflightOfAConfiguredOriginIsAnsweredAndKept() {
        Answer answer = preflight(ALLOWED, "PUT", "/account/password");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
        assertThat(answer.header("Access-Control-Allow-Methods")).contains("PUT");
        assertThat(answer.header("Access-Control-Allow-Headers")).isEqualTo("authorization,content-type");
        assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("7200");
        assertThat(answer.header("Vary")).isEqualTo("Origin");
        assertThat(api.call("OPTIONS", "/refresh_token")
                        .header("Origin", ALLOWED)
                        .header("Access-Control-Request-Method", "POST")
                        .header("Access-Control-Request-Headers", "authorization,idempotency-key")
                        .send()
                        .header("Access-Control-Allow-Headers"))
                .isEqualTo("authorization,idempotency-key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://a.example.evil",
                "https://evil.a.example",
                "https://b.example",
                "http://a.example",
                "https://a.example:8443",
                "https://c.example",
                "https://A.example",
                "https://a.example/",
                "https://a.example, https://b.example",
                "https://a.example https://b.example",
                "capacitor://localhost:80",
                "capacitor://localhosts",
                "null",
                "",
                "*",
                "https://",
                "://",
                "http:x",
                "http://[",
                "evil-\u00e4\u00ff"
            })
    void anotherOriginIsForbiddenByAProblemDocument(String origin) {
        for (Answer refused : List.of(
                from(origin, "GET", "/notsecret"),
                from(origin, "POST", "/login"),
                from(origin, "GET", "/docs/"),
                from(origin, "GET", "/nosuch"),
                from(origin, "OPTIONS", "/notsecret"),
                preflight(origin, "GET", "/notsecret"))) {
            assertForbidden(refused);
            assertThat(refused.text()).doesNotContain("evil", "a.example");
        }
        Answer head = from(origin, "HEAD", "/notsecret");
        assertThat(head.status()).isEqualTo(403);
        assertThat(head.text()).isEmpty();
    }

    private static void assertForbidden(Answer refused) {
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.problem()).isEqualTo("forbidden");
        assertThat(refused.json().path("detail").asText()).isNotBlank().isNotEqualTo("The caller may not do this");
        assertThat(corsFields(refused)).isEmpty();
        assertThat(refused.header("Vary")).isEqualTo("Origin");
        assertThat(refused.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void severalOriginsAreForbiddenEvenIfEachIsAllowed() {
        for (String other : List.of(ALLOWED, "https://b.example", "null")) {
            for (String method : List.of("GET", "OPTIONS")) {
                assertForbidden(api.call(method, "/notsecret")
                        .header("Origin", ALLOWED)
                        .header("Origin", other)
                        .header("Access-Control-Request-Method", "GET")
                        .send());
            }
        }
    }

    /** A body that nobody has read must not keep the connection from its next request. */
    @Test
    void aRefusedRequestWithABodyLeavesItsConnectionUsable() throws IOException {
        for (int length : List.of(0, 3, 16 * 1024, 100_000)) {
            String refused = "POST /login HTTP/1.1\r\nHost: localhost\r\nOrigin: https://b.example\r\nContent-Length: "
                    + length + "\r\n\r\n" + "x".repeat(length);
            assertThat(statuses("127.0.0.1", refused + refused + request("Host: localhost")))
                    .as("%s", length)
                    .isEqualTo("403 403 200");
        }
    }

    @ParameterizedTest
    @CsvSource({"/login, " + ALLOWED, JWKS + ", https://b.example"})
    void aPreflightWithABodyLeavesItsConnectionUsable(String path, String origin) throws IOException {
        for (int length : List.of(0, 3, 16 * 1024, 100_000)) {
            String preflight =
                    preflightHead(path, origin) + "Content-Length: " + length + "\r\n\r\n" + "x".repeat(length);
            assertThat(statuses("127.0.0.1", preflight + preflight + request("Host: localhost")))
                    .as("%s", length)
                    .isEqualTo("204 204 200");
        }
    }

    private static String preflightHead(String path, String origin) {
        return "OPTIONS " + path + " HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin
                + "\r\nAccess-Control-Request-Method: GET\r\n";
    }

    /** The service reads 16 MiB more than a body may have, so that the client gets the answer. */
    @ParameterizedTest
    @CsvSource({"/login, " + ALLOWED, "/login, https://b.example", JWKS + ", https://b.example"})
    void aBodyThatNobodyNeedsIsReadUpToABound(String path, String origin) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), SERVICE.port())) {
            socket.setSoTimeout(5000);
            OutputStream out = socket.getOutputStream();
            out.write((preflightHead(path, origin) + "Transfer-Encoding: chunked\r\n\r\n").getBytes(ISO_8859_1));
            byte[] chunk = ("100000\r\n" + "x".repeat(1024 * 1024) + "\r\n").getBytes(ISO_8859_1);
            for (int mebibyte = 0; mebibyte < 15; mebibyte++) {
                out.write(chunk);
            }
            assertThat(new String(socket.getInputStream().readNBytes(12), ISO_8859_1))
                    .matches("HTTP/1\\.1 (204|403)");
            assertThatThrownBy(() -> {
                        for (int mebibyte = 15; mebibyte < 64; mebibyte++) {
                            out.write(chunk);
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u000bb", "a\u007fb", "a\u0001", "\u00e4", "a\"b", "a:b", ""})
    void aPreflightThatAsksForWhatIsNoNameIsAnsweredWithoutIt(String asked) throws IOException {
        for (String field : List.of("Access-Control-Request-Headers", "Access-Control-Request-Method")) {
            String preflight = "OPTIONS /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOrigin: " + ALLOWED
                    + "\r\n" + field + ": " + asked + "\r\nAccess-Control-Request-Method: GET\r\n\r\n";
            assertThat(exchange("127.0.0.1", preflight))
                    .matches("(?s)HTTP/1\\.1 (204|400) .*")
                    .doesNotContain("Access-Control-Allow-Headers");
        }
        assertThat(SERVICE.log()).doesNotContain("ERROR");
    }

    private static String request(String... fields) {
        return "GET /notsecret HTTP/1.1\r\nConnection: close\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
    }

    private static String statuses(String from, String requests) throws IOException {
        String response = exchange(from, requests);
        StringBuilder statuses = new StringBuilder();
        Matcher line = Pattern.compile("HTTP/1\\.1 (\\d{3}) ").matcher(response);
        while (line.find()) {
            statuses.append(statuses.isEmpty() ? "" : " ").append(line.group(1));
        }
        return statuses.toString();
    }

    private static String exchange(String from, String requests) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), SERVICE.port()));
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(requests.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Host: auth.example|http://auth.example",
                "Host: auth.example:80|http://auth.example",
                "Host: auth.example|http://auth.example:80",
                "Host: auth.example:8080|http://auth.example:8080",
                "Host: AUTH.example|http://auth.example",
                "Host: a_b:81|http://a_b:81",
                "Host: [::1]:8080|http://[::1]:8080",
                "Host: [::1]|http://[::1]",
                "Host: 127.0.0.1:8080|http://127.0.0.1:8080"
            })
    void theServicesOwnOriginIsThatOfHost(String host, String origin) throws IOException {
        for (String from : List.of("127.0.0.1", PROXY)) {
            String response = exchange(from, request(host, "Origin: " + origin));
            assertThat(response).as(from).startsWith("HTTP/1.1 200 ").doesNotContainIgnoringCase("access-control-");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "auth.example|X-Forwarded-Proto: https|https://auth.example",
                "auth.example:443|X-Forwarded-Proto: https|https://auth.example",
                "auth.example:8443|X-Forwarded-Proto: https|https://auth.example:8443",
                "localhost:8081|X-Forwarded-Proto: http|http://localhost:8081",
                "[::1]:8443|X-Forwarded-Proto: https|https://[::1]:8443",
                "auth.example:8080|X-Forwarded-Proto: https;X-Forwarded-Port: 443|https://auth.example",
                "auth.example|X-Forwarded-Proto: https;X-Forwarded-Port: 8443|https://auth.example:8443",
                "auth.example|X-Forwarded-Ssl: on|https://auth.example",
                "inside:8080|X-Forwarded-Proto: https;X-Forwarded-Host: auth.example|https://auth.example",
                "inside:8080|X-Forwarded-Proto: https;X-Forwarded-Host: auth.example:443|https://auth.example",
                "inside:8080|X-Forwarded-Proto: https;X-Forwarded-Host: auth.example:8443|https://auth.example:8443",
                "inside|X-Forwarded-Host: auth.example|http://auth.example"
            })
    void theServicesOwnOriginIsWhatATrustedProxySays(String host, String fields, String origin) throws IOException {
        String request = request("Host: " + host, "Origin: " + origin, fields.replace(";", "\r\n"));
        assertThat(exchange(PROXY, request)).startsWith("HTTP/1.1 200 ");
        assertThat(exchange(PROXY, request.replace("/notsecret", "/docs/"))).startsWith("HTTP/1.1 200 ");
        assertThat(exchange(PROXY, request.replace("Origin: ", "Origin: x"))).startsWith("HTTP/1.1 403 ");
        if (!origin.equals("http://" + host)) {
            assertThat(exchange("127.0.0.1", request)).as("an untrusted peer").startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://auth.example",
                "https://auth.example:8443",
                "https://auth.example:80",
                "https://other.example",
                "https://auth.example.",
                "https://auth.example/",
                "https:auth.example",
                "https://"
            })
    void anOriginWithAnotherSchemeHostOrPortIsForeign(String origin) throws IOException {
        assertThat(exchange(PROXY, request("Host: auth.example", "X-Forwarded-Proto: https", "Origin: " + origin)))
                .startsWith("HTTP/1.1 403 ")
                .contains("urn:gatehouse:problem:forbidden");
    }

    @Test
    void aRequestWithoutHostHasNoOwnOrigin() throws IOException {
        String old = request("Origin: http://").replace("1.1", "1.0");
        assertThat(exchange("127.0.0.1", old)).contains(" 403 ");
        assertThat(exchange(PROXY, old)).contains(" 403 ");
    }

    @Test
    void aRequestWithoutAnOriginIsAnsweredWithoutCorsFields() {
        Answer answer = api.call("GET", "/notsecret").send();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(corsFields(answer)).isEmpty();
        assertThat(answer.header("Vary")).isEqualTo("Origin");
        assertThat(api.call("OPTIONS", "/notsecret").send().problem()).isEqualTo("method-not-allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {ALLOWED, "https://b.example", "null", "", "x y z", "http://[", "evil-\u00e4", "*"})
    void verifyIgnoresTheOrigin(String origin) {
        api.signUp("somebody", PASSWORD);
        String token = api.login("somebody", PASSWORD).token();
        for (String method : List.of("GET", "HEAD", "POST", "DELETE", "OPTIONS", "BREW")) {
            Answer accepted = api.call(method, "/verify?a=b")
                    .bearer(token)
                    .header("Origin", origin)
                    .header("Access-Control-Request-Method", "PUT")
                    .header("Access-Control-Request-Headers", "authorization")
                    .send();
            assertThat(accepted.status()).as(method).isEqualTo(204);
            assertThat(accepted.header("X-Auth-Subject")).isEqualTo("somebody");
            assertThat(corsFields(accepted)).isEmpty();
            Answer refused = api.call(method, "/verify")
                    .header("Origin", origin)
                    .header("Origin", "https://b.example")
                    .header("Access-Control-Request-Method", "PUT")
                    .send();
            assertThat(refused.status()).as(method).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
            assertThat(corsFields(refused)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ALLOWED, "https://b.example", "null", "", "http://[", "evil-\u00e4"})
    void theKeySetIsOpenToEveryOrigin(String origin) {
        Answer answer = from(origin, "GET", JWKS);
        assertThat(answer.status()).isEqualTo(200);
        assertOpen(answer);
        String etag = answer.header("ETag");
        Answer known = api.call("GET", JWKS)
                .header("Origin", origin)
                .header("If-None-Match", etag)
                .send();
        assertThat(known.status()).isEqualTo(304);
        assertOpen(known);
        assertOpen(from(origin, "HEAD", JWKS));
        for (String method : List.of("POST", "OPTIONS", "BREW")) {
            Answer other = from(origin, method, JWKS);
            assertThat(other.problem()).isEqualTo("method-not-allowed");
            assertOpen(other);
        }
        Answer unacceptable = api.call("GET", JWKS)
                .header("Origin", origin)
                .header("Origin", origin)
                .header("Accept", "text/html")
                .send();
        assertThat(unacceptable.problem()).isEqualTo("not-acceptable");
        assertOpen(unacceptable);
        Answer preflight = preflight(origin, "GET", JWKS);
        assertThat(preflight.status()).isEqualTo(204);
        assertOpen(preflight);
        assertThat(preflight.header("Access-Control-Allow-Methods")).isEqualTo("GET, HEAD");
        assertThat(preflight.header("Access-Control-Allow-Headers")).isEqualTo("*, Authorization");
        assertThat(preflight.header("Access-Control-Max-Age")).isEqualTo("7200");
    }

    private static void assertOpen(Answer answer) {
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
        assertThat(answer.header("Access-Control-Expose-Headers")).isEqualTo(EXPOSED);
    }

    @Test
    void aPathLikeThatOfTheKeySetIsNotOpen() {
        for (String path : List.of(JWKS + "/", "/.well-known//jwks.json", "/.well-known/jwks.json;a=b", "/verify/")) {
            assertForbidden(from("https://b.example", "GET", path));
        }
    }

    @Test
    void anOriginIsComparedWithForwardedWhereThatIsReadAndNoOriginNeedBeConfigured() {
        try (PackagedService service = PackagedService.ready(
                TestPostgres.newDatabase(),
                Map.of(
                        "QUARKUS_HTTP_CORS_ENABLED", "true",
                        "QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING", "true",
                        "QUARKUS_HTTP_PROXY_ALLOW_FORWARDED", "true",
                        "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", "127.0.0.1"))) {
            int port = service.port();
            Map<String, String> own = Map.of(
                    "proto=https", "https://localhost:" + port,
                    "proto=https;host=auth.example", "https://auth.example",
                    "host=\"auth.example:8443\";proto=https", "https://auth.example:8443",
                    "for=192.0.2.1;host=auth.example", "http://auth.example",
                    "for=192.0.2.1", "http://localhost:" + port);
            own.forEach((forwarded, origin) -> {
                assertThat(forwardedStatus(port, forwarded, origin))
                        .as(forwarded)
                        .isEqualTo(200);
                assertThat(forwardedStatus(port, forwarded, origin + "0"))
                        .as(forwarded)
                        .isEqualTo(403);
            });
        }
    }

    private static int forwardedStatus(int port, String forwarded, String origin) {
        return new Api(port)
                .call("GET", "/notsecret")
                .header("Forwarded", forwarded)
                .header("Origin", origin)
                .send()
                .status();
    }
}
