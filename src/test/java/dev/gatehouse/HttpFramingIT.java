package dev.gatehouse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the packaged service frames requests (RFC 9112): what is refused, with which status, and what closes the connection. */
class HttpFramingIT {
    private static final String HOST = "Host: localhost\r\n";
    private static final String NEXT = "GET /notsecret HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n";

    private static PackagedService service;

    @BeforeAll
    static void start() {
        service = PackagedService.ready(
                TestPostgres.newDatabase(),
                Map.of("GATEHOUSE_PASSWORD_COST", "4", "GATEHOUSE_HTTP_REQUEST_TIMEOUT", "PT1S"));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "identity",
                "xchunked",
                "gzip",
                "\"chunked\"",
                "chunked;q=1",
                "chunked ;q=1",
                "chunked, identity",
                "chunked, gzip",
                "chunked,",
                ", chunked",
                "chunked gzip",
                "chunked\r\nTransfer-Encoding: identity",
                "",
                "chunked\r\nTransfer-Encoding:",
                "\u000bchunked",
                "chunke\u00e4"
            })
    void aBodyWhoseLastCodingIsNotChunkedIsRefusedAndNothingFollowsIt(String coding) throws IOException {
        String body = "0\r\n\r\n";
        for (String length : new String[] {"", "Content-Length: 5\r\n"}) {
            assertThat(statuses("POST /login HTTP/1.1\r\n" + HOST + "Transfer-Encoding: " + coding + "\r\n" + length
                            + "\r\n" + body + NEXT))
                    .as(length)
                    .isEqualTo("1.1 400");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip, chunked",
                "gzip,chunked",
                "identity, chunked",
                "chunked, chunked",
                "x;q=1, Chunked",
                "gzip\r\nTransfer-Encoding: chunked"
            })
    void aCodingBeforeChunkedIsNotImplemented(String coding) throws IOException {
        for (String length : new String[] {"", "Content-Length: 5\r\n"}) {
            assertThat(statuses("POST /login HTTP/1.1\r\n" + HOST + "Transfer-Encoding: " + coding + "\r\n" + length
                            + "\r\n0\r\n\r\n" + NEXT))
                    .as(length)
                    .isEqualTo("1.1 501");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "Chunked", "CHUNKED", "\tchunked ", "  chunked"})
    void chunkedIsRead(String coding) throws IOException {
        assertThat(statuses("GET /notsecret HTTP/1.1\r\n" + HOST + "Transfer-Encoding:" + coding + "\r\n\r\n0\r\n\r\n"
                        + NEXT))
                .isEqualTo("1.1 200, 1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5, 6",
                "Content-Length: -5",
                "Content-Length: +5",
                "Content-Length: 0x5",
                "Content-Length: 5 5",
                "Content-Length:",
                "Content-Length: 99999999999999999999"
            })
    void anAmbiguousLengthIsRefusedAndNothingFollowsIt(String fields) throws IOException {
        assertThat(statuses("POST /login HTTP/1.1\r\n" + HOST + fields + "\r\n\r\n0\r\n\r\n" + NEXT))
                .isEqualTo("1.1 400");
    }

    @Test
    void aCodingInHttp10IsRefused() throws IOException {
        assertThat(statuses("POST /login HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + NEXT))
                .endsWith(" 400")
                .doesNotContain(",");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost\r\nHost: localhost",
                "Host: localhost\r\nHost: other",
                "host: localhost\r\nHOST:",
                "Host: localhost, other",
                "Host: local host",
                "Host: user@localhost",
                "Host: localhost/x",
                "Host: localhost:port",
                "Host: localhost:80:80",
                "Host: [::1",
                "Host: ::1",
                "Host: local\u00e4host",
                "Host: <localhost>",
                "X-Other: x"
            })
    void oneValidHostFieldIsRequired(String fields) throws IOException {
        assertThat(statuses("GET /notsecret HTTP/1.1\r\n" + fields + "\r\n\r\n" + NEXT))
                .isEqualTo("1.1 400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8080",
                "LOCALHOST",
                "127.0.0.1",
                "[::1]",
                "[::1]:8080",
                "auth_service.internal",
                "a%20b",
                "xn--bcher-kva.example"
            })
    void aValidHostFieldIsTaken(String host) throws IOException {
        assertThat(statuses("GET /notsecret HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .isEqualTo("1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/9.9", "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"})
    void anotherVersionIsRefusedInHttp11(String version) throws IOException {
        assertThat(statuses("GET /notsecret " + version + "\r\n" + HOST + "\r\n" + NEXT))
                .isEqualTo("1.1 505");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http/1.1",
                "HTTP/11",
                "HTTP/1",
                "HTTP/1.",
                "HTTP/.1",
                "HTTP/1.10",
                "HTTP/2147483648.1",
                "HTTP/1.99999999999999999999",
                "XTTP/1.1",
                "HTTP/a.b",
                "",
                "1.1"
            })
    void whatIsNotHttpIsRefused(String version) throws IOException {
        assertThat(statuses("GET /notsecret " + version + "\r\n" + HOST + "\r\n" + NEXT))
                .isEqualTo("1.1 400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ": x",
                " : x",
                "\t: x",
                ":",
                "X-Field : x",
                "X Field: x",
                "X-Field",
                "X-Field: a\u0000b",
                "X-Field: a\rb",
                "X\u00e4: x",
                "X(: x"
            })
    void aFieldWithoutAValidNameOrValueIsRefused(String field) throws IOException {
        assertThat(statuses("GET /notsecret HTTP/1.1\r\n" + HOST + field + "\r\n\r\n" + NEXT))
                .isEqualTo("1.1 400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\n",
                "-1\r\n",
                "\r\n",
                "FFFFFFFFFFFFFFFFF\r\nx",
                "80000000\r\nx",
                "7FFFFFFFFFFFFFFF\r\nx",
                "8000000000000000\r\nx",
                "5\r\nhelloXX",
                "5\r\nhello\n0\r\n\r\n",
                "5;a=\n\r\nhello\r\n0\r\n\r\n",
                "0\r\n: x\r\n\r\n",
                "0\r\nX Y: x\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n"
            })
    void aBrokenChunkIsAnsweredAndClosesTheConnection(String chunks) throws IOException {
        String head = "POST /login HTTP/1.1\r\n" + HOST
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (String before : new String[] {"", "3\r\n{  \r\n"}) {
            assertThat(statuses(head + before + chunks + NEXT)).as(before).isEqualTo("1.1 400");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 100\r\n\r\n{",
                "Content-Length: 100\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
                "Transfer-Encoding: chunked\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
            })
    void aBodyThatStopsIsAnsweredWithATimeout(String rest) throws IOException {
        for (String path : new String[] {"/login", "/nowhere", "/verify"}) {
            String answer =
                    answers("POST " + path + " HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n" + rest);
            assertThat(answer)
                    .startsWith("HTTP/1.1 408 ")
                    .containsIgnoringCase("\r\nconnection: close\r\n")
                    .contains("urn:gatehouse:problem:request-timeout");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"_", "~", "!", "%41", "a"})
    void aHostOfAnyLengthIsJudged(String first) throws IOException {
        assertThat(statuses("GET /notsecret HTTP/1.1\r\nHost: " + first.repeat(2000) + "a".repeat(4000) + "\r\n"
                        + "Connection: close\r\n\r\n"))
                .isEqualTo("1.1 200");
    }

    @Test
    void aSecondHeadThatStopsIsAnsweredWithATimeout() throws IOException {
        try (Socket socket = new Socket("localhost", service.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(("GET /notsecret HTTP/1.1\r\n" + HOST + "\r\n").getBytes(ISO_8859_1));
            assertThat(new String(socket.getInputStream().readNBytes(12), ISO_8859_1))
                    .isEqualTo("HTTP/1.1 200");
            socket.getOutputStream().write("HEAD /login HTTP/1.1\r\nHos".getBytes(ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .contains("HTTP/1.1 408 ")
                    .contains("urn:gatehouse:problem:request-timeout");
        }
    }

    /** Sent in one piece with the request before it. */
    @Test
    void aSecondBodyThatStopsIsAnsweredWithATimeout() throws IOException {
        assertThat(statuses("GET /notsecret HTTP/1.1\r\n" + HOST + "\r\nPOST /login HTTP/1.1\r\n" + HOST
                        + "Content-Length: 100\r\n\r\n{"))
                .isEqualTo("1.1 200, 1.1 408");
    }

    /** The body is refused by its declared length, and then stops: a second answer would belong to no request. */
    @Test
    void aBodyThatStopsAfterItsResponseOnlyClosesTheConnection() throws IOException {
        assertThat(statuses("POST /login HTTP/1.1\r\n" + HOST
                        + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"))
                .isEqualTo("1.1 413");
    }

    @Test
    void aConnectionWithoutARequestIsClosedWithoutAnAnswer() throws IOException {
        assertThat(answers("")).isEmpty();
    }

    /** What the client still sends must not reset the connection before it has read the answer (RFC 9112, 9.6). */
    @Test
    void aRefusalReachesAClientThatIsStillSending() throws IOException {
        assertThat(statuses(
                        "POST /login HTTP/1.1\r\n" + HOST + "Transfer-Encoding: gzip\r\n\r\n" + "x".repeat(300_000)))
                .isEqualTo("1.1 400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /notsecret?a=%zz",
                "GET /notsecret?a=%",
                "GET /notsecret?a=%1",
                "GET /notsecret?{",
                "GET /notsecret?a=|",
                "GET /notsecret?a=^",
                "GET /notsecret?a=\"",
                "GET /notsecret?a=\\",
                "GET /notsecret?a=`",
                "GET /notsecret?a=<>",
                "GET /sessions?a=%zz",
                "DELETE /sessions/%zz",
                "DELETE /sessions/%",
                "DELETE /sessions/{id}",
                "DELETE /sessions/a|b",
                "DELETE /sessions/a^b",
                "DELETE /sessions/a\"b",
                "DELETE /sessions/a\\b",
                "GET /verify%zz"
            })
    void aTargetWithForbiddenCharactersIsAnInvalidRequest(String call) throws IOException {
        String answer = answers(call + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .contains("urn:gatehouse:problem:invalid-request")
                .containsIgnoringCase("\r\nx-content-type-options: nosniff\r\n")
                .containsIgnoringCase("\r\ndate: ");
    }

    @Test
    void aTargetWithForbiddenCharactersIsJudgedInTheDocumentedOrder() throws IOException {
        String end = " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n";
        assertThat(statuses("GET /nowhere?a=%zz" + end)).isEqualTo("1.1 404");
        assertThat(statuses("DELETE /notsecret?a=%zz" + end)).isEqualTo("1.1 405");
        assertThat(statuses("POST /login?a=%zz HTTP/1.1\r\n" + HOST
                        + "Connection: close\r\nContent-Length: 20000\r\n\r\n" + "x".repeat(20_000)))
                .isEqualTo("1.1 413");
    }

    @Test
    void verifyIgnoresAQueryWithForbiddenCharacters() throws IOException {
        for (String query : new String[] {"%zz", "{|^\"\\", "a=%&token=x"}) {
            assertThat(answers("GET /verify?" + query + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("urn:gatehouse:problem:not-authenticated");
        }
    }

    @Test
    void aConnectionLivesOnAfterATargetWithForbiddenCharacters() throws IOException {
        assertThat(statuses("GET /notsecret?a=%zz HTTP/1.1\r\n" + HOST + "\r\n" + NEXT))
                .isEqualTo("1.1 400, 1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs/", "/docs/index.html", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"})
    void theFilesOfTheDocumentationPageAreCompressed(String path) throws IOException {
        byte[] plain = file(path, "Accept-Encoding: gzip;q=0, br");
        byte[] compressed = file(path, "Accept-Encoding: br;q=1.0, gzip;q=0.8");
        assertThat(compressed.length).isLessThan(plain.length * 2 / 3);
        try (InputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            assertThat(gzip.readAllBytes()).isEqualTo(plain);
        }
        assertThat(file(path, "Accept-Encoding: gzip")).isEqualTo(compressed);
        assertThat(answers(
                        "HEAD " + path + " HTTP/1.1\r\n" + HOST + "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n"))
                .contains("content-encoding: gzip", "content-length: " + compressed.length)
                .endsWith("\r\n\r\n");
    }

    /** The body of a file of the page. */
    private static byte[] file(String path, String field) throws IOException {
        String answer = answers("GET " + path + " HTTP/1.1\r\n" + HOST + field + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200 ").containsIgnoringCase("\r\nvary: accept-encoding\r\n");
        return answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(ISO_8859_1);
    }

    @Test
    void responsesWithTokensAreNeverCompressed() {
        service.api().signUp("somebody", "a long enough password");
        assertThat(service.api()
                        .call("POST", "/login")
                        .json(Api.credentials("somebody", "a long enough password"))
                        .header("Accept-Encoding", "gzip")
                        .send()
                        .header("Content-Encoding"))
                .isEmpty();
    }

    /** The versions and statuses of all responses until the service closes the connection. */
    private static String statuses(String requests) throws IOException {
        return Pattern.compile("HTTP/(\\d\\.\\d \\d+)")
                .matcher(answers(requests))
                .results()
                .map(status -> status.group(1))
                .collect(Collectors.joining(", "));
    }

    private static String answers(String requests) throws IOException {
        try (Socket socket = new Socket("localhost", service.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(requests.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
