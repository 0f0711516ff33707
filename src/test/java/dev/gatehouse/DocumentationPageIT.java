package dev.gatehouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The documentation page of the packaged service: what caches, browsers, downloads and reverse proxies get. */
class DocumentationPageIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static final String SCRIPT = "/docs/swagger-ui-bundle.js";

    private static List<String> compressed() {
        return List.of(
                "/docs/",
                "/docs/index.html",
                "/docs/page.js",
                "/docs/page.css",
                SCRIPT,
                "/docs/swagger-ui.css",
                SCRIPT + ".map");
    }

    private static List<String> files() {
        return Stream.concat(compressed().stream(), Stream.of("/docs/favicon.ico", "/docs/logo.png", "/openapi.json"))
                .toList();
    }

    private static PackagedService service;

    @TempDir
    Path folder = Path.of("");

    @BeforeAll
    static void start() {
        // Neither the page nor the document needs the database.
        service =
                PackagedService.listening(Map.of("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://127.0.0.1:9/none"));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    /** A field of a response. Several of one name are joined by commas. */
    private static String field(HttpResponse<byte[]> reply, String name) {
        return String.join(", ", reply.headers().allValues(name));
    }

    private static HttpResponse<byte[]> send(URI uri, String method, String... fields)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody());
        if (fields.length > 0) {
            request.headers(fields);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpResponse<byte[]> send(String method, String path, String... fields)
            throws IOException, InterruptedException {
        return send(URI.create("http://localhost:" + service.port() + path), method, fields);
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileIsRevalidatedByItsEntityTag(String path) throws Exception {
        for (String coding : List.of("gzip", "identity")) {
            HttpResponse<byte[]> whole = send("GET", path, "Accept-Encoding", coding);
            String etag = field(whole, "ETag");
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(field(whole, "Cache-Control")).isEqualTo("no-cache");
            assertThat(etag).matches("\"[\\w-]{43}\"");
            for (String method : List.of("GET", "HEAD")) {
                for (String known : List.of(etag, "W/" + etag, "\"x\", " + etag, "*")) {
                    assertNotModified(send(method, path, "Accept-Encoding", coding, "If-None-Match", known), whole);
                }
                assertNotModified(
                        send(
                                method,
                                path,
                                "Accept-Encoding",
                                coding,
                                "If-None-Match",
                                "\"x\"",
                                "If-None-Match",
                                etag,
                                "Range",
                                "bytes=0-1"),
                        whole);
            }
            HttpResponse<byte[]> changed =
                    send("GET", path, "Accept-Encoding", coding, "If-None-Match", "\"x\", W/\"y\"");
            assertThat(changed.statusCode()).isEqualTo(200);
            assertThat(changed.body()).isEqualTo(whole.body());
        }
    }

    private static void assertNotModified(HttpResponse<byte[]> reply, HttpResponse<byte[]> whole) {
        assertThat(reply.statusCode()).isEqualTo(304);
        assertThat(reply.body()).isEmpty();
        for (String name : List.of("ETag", "Cache-Control", "Vary", "Content-Security-Policy", "X-Frame-Options")) {
            assertThat(field(reply, name)).as(name).isEqualTo(field(whole, name));
        }
        assertThat(field(reply, "Content-Encoding") + field(reply, "Content-Length"))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("compressed")
    void theCompressedFormHasAnotherEntityTag(String path) throws Exception {
        HttpResponse<byte[]> plain = send("GET", path, "Accept-Encoding", "identity");
        HttpResponse<byte[]> compressed = send("GET", path, "Accept-Encoding", "gzip");
        assertThat(field(compressed, "ETag")).isNotEqualTo(field(plain, "ETag"));
        assertThat(List.of(field(plain, "Vary"), field(compressed, "Vary")))
                .allSatisfy(vary -> assertThat(vary).containsIgnoringCase("Accept-Encoding"));
        assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed.body())).readAllBytes())
                .isEqualTo(plain.body());
        assertThat(send("GET", path, "Accept-Encoding", "gzip", "If-None-Match", field(plain, "ETag"))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("files")
    void aHeadRequestGetsTheHeadOfTheFile(String path) throws Exception {
        for (String coding : List.of("gzip", "identity")) {
            HttpResponse<byte[]> get = send("GET", path, "Accept-Encoding", coding);
            HttpResponse<byte[]> head = send("HEAD", path, "Accept-Encoding", coding, "Range", "bytes=0-1");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(field(head, "Content-Length")).isEqualTo(Integer.toString(get.body().length));
            for (String name : List.of("ETag", "Cache-Control", "Vary", "Content-Type", "Content-Encoding")) {
                assertThat(field(head, name)).as(name).isEqualTo(field(get, name));
            }
        }
    }

    @Test
    void aConditionThatFailsIs412() throws Exception {
        String etag = field(send("GET", SCRIPT), "ETag");
        assertThat(send("GET", SCRIPT, "If-Match", "\"x\", " + etag).statusCode())
                .isEqualTo(200);
        assertThat(send("GET", SCRIPT, "If-Match", "*").statusCode()).isEqualTo(200);
        assertRefused(send("GET", SCRIPT, "If-Match", "W/" + etag), 412, "Precondition Failed");
        assertRefused(send("GET", SCRIPT, "If-Match", "\"x\""), 412, "Precondition Failed");
    }

    private static void assertRefused(HttpResponse<byte[]> reply, int status, String title) throws IOException {
        assertThat(reply.statusCode()).isEqualTo(status);
        assertThat(field(reply, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(field(reply, "WWW-Authenticate")).isEmpty();
        JsonNode problem = new ObjectMapper().readTree(reply.body());
        assertThat(problem.path("type").asText()).isEqualTo("about:blank");
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isEqualTo(title);
    }

    @ParameterizedTest
    @CsvSource({"bytes=0-9, 0, 9", "bytes=100-, 100, -1", "bytes=-10, -10, -1", "bytes=5-99999999999999, 5, -1"})
    void aPartOfAFileIsSent(String range, int first, int last) throws Exception {
        for (String coding : List.of("identity", "gzip")) {
            byte[] whole = send("GET", SCRIPT, "Accept-Encoding", coding).body();
            int from = Math.floorMod(first, whole.length);
            int to = Math.floorMod(last, whole.length);
            HttpResponse<byte[]> part = send("GET", SCRIPT, "Accept-Encoding", coding, "Range", range);
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole, from, to + 1));
            assertThat(field(part, "Content-Range")).isEqualTo("bytes " + from + "-" + to + "/" + whole.length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=99999999-", "bytes=99999999-999999999", "bytes=-0", "bytes=99999999999999999999-"})
    void aRangeBeyondTheFileIs416WithItsLength(String range) throws Exception {
        for (String coding : List.of("identity", "gzip")) {
            String length = field(send("HEAD", SCRIPT, "Accept-Encoding", coding), "Content-Length");
            HttpResponse<byte[]> reply = send("GET", SCRIPT, "Accept-Encoding", coding, "Range", range);
            assertRefused(reply, 416, "Requested Range Not Satisfiable");
            assertThat(field(reply, "Content-Range")).isEqualTo("bytes */" + length);
            assertThat(field(reply, "Content-Encoding")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=a-b", "bytes=", "bytes=5-2", "items=0-1", "x", "bytes=0-1,4-5"})
    void aMalformedRangeAndSeveralRangesAreIgnored(String range) throws Exception {
        HttpResponse<byte[]> reply = send("GET", SCRIPT, "Accept-Encoding", "identity", "Range", range);
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(field(reply, "Content-Range")).isEmpty();
        assertThat(reply.body()).hasSize(Integer.parseInt(field(reply, "Content-Length")));
    }

    @Test
    void aPartIsSentOnlyOfTheFileThatTheClientKnows() throws Exception {
        String etag = field(send("GET", SCRIPT), "ETag");
        assertThat(send("GET", SCRIPT, "Range", "bytes=0-1", "If-Range", etag).statusCode())
                .isEqualTo(206);
        for (String other : List.of("\"x\"", "W/" + etag, "Sat, 01 Jan 2000 00:00:00 GMT")) {
            assertThat(send("GET", SCRIPT, "Range", "bytes=0-1", "If-Range", other)
                            .statusCode())
                    .as(other)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/docs", "/docs/", "/docs/index.html", "/docs/page.js", SCRIPT, "/docs/logo.png", "/docs/no"})
    void thePageMayNotBeFramedAndLoadsOnlyFromItsOrigin(String path) throws Exception {
        HttpResponse<byte[]> reply = send("GET", path);
        assertThat(field(reply, "Content-Security-Policy").split("; "))
                .contains(
                        "default-src 'none'",
                        "script-src 'self'",
                        "connect-src 'self'",
                        "frame-ancestors 'none'",
                        "base-uri 'none'",
                        "form-action 'none'");
        assertThat(field(reply, "Content-Security-Policy")).doesNotContain("unsafe-eval", "*", "http");
        assertThat(field(reply, "X-Frame-Options")).isEqualTo("DENY");
        assertThat(field(reply, "Referrer-Policy")).isEqualTo("no-referrer");
    }

    @Test
    void thePageHasNoInlineScriptWhichItsPolicyWouldBlock() throws Exception {
        String page = new String(send("GET", "/docs/").body(), UTF_8);
        assertThat(Pattern.compile("<script(?! src=\"[^\"]+\"></script>)")
                        .matcher(page)
                        .results())
                .isEmpty();
        assertThat(page).doesNotContainPattern("\\son[a-z]+=").doesNotContain("javascript:");
        assertThat(send("GET", "/docs/oauth2-redirect.html").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @Tag("tools")
    @ValueSource(ints = {400, 1400})
    void anOperationFitsTheScreen(int width) throws Exception {
        Tools.assumePresent("chromium", Chromium.isInstalled());
        try (Chromium browser = new Chromium(folder, width)) {
            browser.open("http://localhost:" + service.port() + "/docs/#/Auth/refresh");
            Await.until(() -> browser.evaluate("document.querySelector('.responses-table') !== null")
                    .asBoolean());
            String beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assertThat(browser.evaluate(beyond).asInt(-1)).isZero();
        }
    }

    @Test
    void thePageAndItsFilesAreFoundFromTheRoot() throws Exception {
        assertIsComplete(URI.create("http://localhost:" + service.port() + "/docs"));
    }

    @Test
    @Tag("tools")
    void thePageAndItsFilesAreFoundUnderThePrefixOfAReverseProxy() throws Exception {
        Tools.assumePresent("nginx", Tools.succeeds("nginx", "-v"));
        int port = Tools.freePort();
        Path config = Files.writeString(folder.resolve("nginx.conf"), """
                daemon off; pid nginx.pid; error_log stderr; events {}
                http {
                    access_log off;
                    client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
                    server {
                        listen 127.0.0.1:%PORT%;
                        location /auth/ {
                            proxy_pass http://127.0.0.1:%SERVICE%/;
                        }
                    }
                }
                """.replace("%PORT%", Integer.toString(port))
                .replace("%SERVICE%", Integer.toString(service.port())));
        Process nginx = new ProcessBuilder("nginx", "-p", folder.toString(), "-e", "stderr", "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.log").toFile())
                .start();
        try {
            Tools.awaitPort(port);
            assertIsComplete(URI.create("http://localhost:" + port + "/auth/docs"));
        } finally {
            nginx.destroy();
            nginx.waitFor();
        }
    }

    /** Goes to the page as a browser does, and to all that it refers to. */
    private static void assertIsComplete(URI start) throws IOException, InterruptedException {
        HttpResponse<byte[]> redirect = send(start, "GET");
        assertThat(redirect.statusCode()).isEqualTo(302);
        assertThat(field(redirect, "Location")).isEqualTo("docs/");
        URI page = start.resolve(field(redirect, "Location"));
        HttpResponse<byte[]> shown = send(page, "GET");
        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(field(shown, "Content-Type")).startsWith("text/html");
        List<String> links = Pattern.compile("(?:href|src|data-document)=\"([^\"]*)\"")
                .matcher(new String(shown.body(), UTF_8))
                .results()
                .map((MatchResult link) -> link.group(1))
                .toList();
        assertThat(links)
                .contains("../openapi.json", "swagger-ui-bundle.js", "swagger-ui.css", "page.js", "page.css")
                .noneMatch(link -> link.startsWith("/") || link.contains(":"));
        for (String link : links) {
            assertThat(send(page.resolve(link), "GET").statusCode()).as(link).isEqualTo(200);
        }
    }

    @Test
    void anOperatorCanSwitchThePageOff() {
        Map<String, String> settings = Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL",
                "jdbc:postgresql://127.0.0.1:9/none",
                "QUARKUS_SWAGGER_UI_ENABLED",
                "false");
        try (PackagedService without = PackagedService.listening(settings)) {
            for (String path : List.of("/docs", "/docs/", SCRIPT)) {
                Api.Answer answer = without.api()
                        .call("GET", path)
                        .header("Accept-Encoding", "gzip")
                        .send();
                assertThat(answer.problem()).as(path).isEqualTo("not-found");
            }
        }
    }
}
