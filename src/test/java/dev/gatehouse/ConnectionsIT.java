package dev.gatehouse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packaged service makes of connections: of those that dawdle, of too many, and of those open when it stops. */
class ConnectionsIT {
    private static final String PASSWORD = "a long enough password";
    private static final String HEAD = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    private static final String BODY = Api.credentials("somebody", PASSWORD);
    private static final String LENGTH = "Content-Length: " + BODY.length() + "\r\n\r\n";
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final int LIMIT = 600;

    private static PackagedService service;

    @BeforeAll
    static void start() {
        service = PackagedService.ready(
                TestPostgres.newDatabase(),
                Map.of(
                        "GATEHOUSE_PASSWORD_COST", "4",
                        "GATEHOUSE_HTTP_REQUEST_TIMEOUT", "PT3S",
                        "GATEHOUSE_HTTP_CONNECTIONS_PER_CLIENT", "0",
                        "QUARKUS_HTTP_LIMITS_MAX_CONNECTIONS", Integer.toString(LIMIT)));
        service.api().signUp("somebody", PASSWORD);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    /** A client that has sent a part of a request, and goes on byte by byte. */
    private static final class Dawdler {
        private final Socket socket;
        private final String rest;
        private int sent;

        Dawdler(String begun, String rest) throws IOException {
            this.socket = new Socket("localhost", service.port());
            this.rest = rest;
            socket.getOutputStream().write(begun.getBytes(US_ASCII));
        }

        /** Sends one more byte; false when the service has cut the connection. */
        boolean goOn() {
            try {
                if (socket.getInputStream().available() == 0) {
                    socket.getOutputStream().write(rest.charAt(sent % rest.length()));
                    sent++;
                }
                return !isClosed(socket);
            } catch (IOException e) {
                return false;
            }
        }
    }

    @Test
    void whoSendsAByteNowAndThenIsCutAndNobodyElseIsKept() throws IOException {
        String token = service.api().login("somebody", PASSWORD).token();
        List<Dawdler> dawdlers = new ArrayList<>();
        for (int n = 0; n < 500; n++) {
            dawdlers.add(
                    switch (n % 3) {
                        case 0 -> new Dawdler("", HEAD);
                        case 1 -> new Dawdler(HEAD, "X-Header: x\r\n");
                        default -> new Dawdler(HEAD + LENGTH + BODY.charAt(0), " ");
                    });
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!dawdlers.isEmpty()) {
            assertThat(service.api().secret(token).status()).isEqualTo(200);
            dawdlers.removeIf(dawdler -> !dawdler.goOn());
            assertThat(System.nanoTime()).as("%d are left", dawdlers.size()).isLessThan(deadline);
        }
        assertThat(service.api().login("somebody", PASSWORD).status()).isEqualTo(200);
    }

    /** The time is a request's and not its connection's, which lasts longer than one may take here. */
    @Test
    void aConnectionThatSendsWholeRequestsLivesOn() throws Exception {
        String request = "GET /notsecret HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (Socket socket = new Socket("localhost", service.port())) {
            for (int n = 0; n < 9; n++) {
                socket.getOutputStream().write(request.substring(0, 10).getBytes(US_ASCII));
                socket.getOutputStream().write(request.substring(10).getBytes(US_ASCII));
                assertThat(readAnswer(socket)).startsWith("HTTP/1.1 200");
                TimeUnit.MILLISECONDS.sleep(500);
            }
        }
    }

    private static String readAnswer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("Not secret data\"") < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as(answer.toString()).isNotEqualTo(-1);
            answer.append((char) next);
        }
        return answer.toString();
    }

    @Test
    void beyondTheLimitConnectionsAreClosedAndThoseThatStandGoOn() throws IOException {
        List<Socket> open = new ArrayList<>();
        try {
            Socket first = new Socket("localhost", service.port());
            open.add(first);
            first.getOutputStream().write("GET /notsecret HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            assertThat(readAnswer(first)).startsWith("HTTP/1.1 200");
            for (int n = 0; n < LIMIT; n++) {
                open.add(new Socket("localhost", service.port()));
            }
            Await.until(() -> service.management()
                    .call("GET", "/q/metrics")
                    .send()
                    .text()
                    .matches("(?s).*\nvertx_http_connections_rejected_total [1-9].*"));
            first.getOutputStream().write("GET /notsecret HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            assertThat(readAnswer(first)).startsWith("HTTP/1.1 200");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /** The half of a negative maximum would be less than no connection. */
    @ParameterizedTest
    @ValueSource(ints = {-5, -1, 0, 1})
    void aClientHasAConnectionWhateverTheMaximumIs(int maximum) {
        try (PackagedService other = PackagedService.listening(Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL",
                "jdbc:postgresql://127.0.0.1:9/none",
                "QUARKUS_HTTP_LIMITS_MAX_CONNECTIONS",
                Integer.toString(maximum)))) {
            assertThat(other.api().call("GET", "/notsecret").send().status()).isEqualTo(200);
        }
    }

    @Test
    void requestsThatAreSentAtOnceAreAnsweredOneAfterTheOther() throws IOException {
        String open = "GET /notsecret HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String login = HEAD + LENGTH + BODY;
        String chunked = HEAD + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(BODY.length()) + "\r\n"
                + BODY + "\r\n0\r\n\r\n";
        String nowhere = "DELETE /nowhere HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(2000) + "\r\n\r\n";
        String last = "GET /account HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        assertThat(statuses((open + login + open + nowhere + chunked).repeat(8) + last))
                .isEqualTo("200 200 200 404 200 ".repeat(8) + "401");
    }

    /** Neither the rest of a refused body nor what follows the last request is taken for a request. */
    @Test
    void aRefusalLeavesTheConnectionToTheNextRequest() throws IOException {
        String body = "x".repeat(40_000);
        String length = "Content-Length: " + body.length() + "\r\n\r\n";
        String tooLarge = "POST /login HTTP/1.1\r\nHost: localhost\r\n" + length + body;
        String last = "GET /notsecret HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        assertThat(statuses(tooLarge + tooLarge + last + HEAD + LENGTH + BODY)).isEqualTo("413 413 200");
    }

    /** The statuses of what comes until the service closes the connection. */
    private static String statuses(String requests) throws IOException {
        try (Socket socket = new Socket("localhost", service.port())) {
            socket.getOutputStream().write(requests.getBytes(US_ASCII));
            return Pattern.compile("HTTP/1\\.1 (\\d+)")
                    .matcher(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .results()
                    .map(status -> status.group(1))
                    .collect(Collectors.joining(" "));
        }
    }

    /** Answers of a hundred kilobytes, so that no kernel takes many, and requests of one, so that none takes all. */
    @Test
    void whoReadsNoAnswersIsNotReadFromEither() throws Exception {
        byte[] request = ("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(1000) + "\r\n\r\n")
                .getBytes(US_ASCII);
        int many = 2000;
        try (Socket socket = new Socket()) {
            socket.setSendBufferSize(16 * 1024);
            socket.setReceiveBufferSize(16 * 1024);
            socket.connect(new InetSocketAddress("localhost", service.port()));
            Thread sender = Thread.ofVirtual().start(() -> send(socket, request, many));
            assertThat(sender.join(Duration.ofSeconds(1))).as("has sent all").isFalse();
            assertThat(service.api().call("GET", "/notsecret").send().status()).isEqualTo(200);

            var answers = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            for (int n = 0; n < many; n++) {
                answers.skipNBytes(contentLength(answers));
            }
            sender.join();
        }
    }

    /** Reads the head of an answer. */
    private static int contentLength(InputStream answers) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = answers.read();
            assertThat(next).as(head.toString()).isNotEqualTo(-1);
            head.append((char) next);
        }
        assertThat(head).startsWith("HTTP/1.1 200");
        return Integer.parseInt(head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1"));
    }

    private static void send(Socket socket, byte[] request, int times) {
        try {
            for (int n = 0; n < times; n++) {
                socket.getOutputStream().write(request);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isClosed(Socket socket) throws IOException {
        socket.setSoTimeout(1);
        try {
            return socket.getInputStream().read(new byte[1024]) == -1;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Test
    void whenItIsToldToStopCallsFinishAndNoneBegin() throws Exception {
        Map<String, String> settings = Map.of(
                "QUARKUS_HTTP_CORS_ENABLED", "true",
                "QUARKUS_HTTP_CORS_ORIGINS", "https://shop.example",
                "GATEHOUSE_PASSWORD_COST", "4");
        try (PackagedService stopping = PackagedService.ready(TestPostgres.newDatabase(), settings);
                Socket underWay = new Socket("localhost", stopping.port());
                Socket kept = new Socket("localhost", stopping.port())) {
            stopping.api().signUp("somebody", PASSWORD);
            assertThat(status(stopping, "ready")).isEqualTo(200);
            assertThat(status(stopping, "group/serving")).isEqualTo(200);
            underWay.getOutputStream().write((HEAD + "Expect: 100-continue\r\n" + LENGTH).getBytes(US_ASCII));
            assertThat(new String(underWay.getInputStream().readNBytes(CONTINUE.length()), US_ASCII))
                    .isEqualTo(CONTINUE);
            stopping.terminate();
            Await.until(() -> status(stopping, "ready") == 503);
            assertThat(status(stopping, "group/serving")).isEqualTo(503);
            assertThat(status(stopping, "live")).isEqualTo(200);
            assertStopping(stopping.api().login("somebody", PASSWORD));
            for (String origin : List.of("https://shop.example", "https://other.example")) {
                for (String path : List.of("/login", "/.well-known/jwks.json")) {
                    for (String method : List.of("GET", "OPTIONS")) {
                        assertStopping(stopping.api()
                                .call(method, path)
                                .header("Origin", origin)
                                .header("Access-Control-Request-Method", "GET")
                                .send());
                    }
                }
            }
            kept.setSoTimeout(10_000);
            kept.getOutputStream()
                    .write("GET /notsecret HTTP/1.1\r\nHost: x\r\n\r\n"
                            .repeat(3)
                            .getBytes(US_ASCII));
            assertThat(new String(kept.getInputStream().readAllBytes(), US_ASCII)) // Until the service closes.
                    .containsOnlyOnce("HTTP/1.1 503 ");
            underWay.getOutputStream().write(BODY.getBytes(US_ASCII));
            assertThat(new String(underWay.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .contains("refresh_token");
            assertThat(stopping.awaitEnd()).isEqualTo(143);
        }
    }

    private static void assertStopping(Answer refused) {
        assertThat(refused.problem()).isEqualTo("overloaded");
        assertThat(refused.header("Retry-After")).matches("\\d+");
        assertThat(refused.header("Connection")).isEqualTo("close");
    }

    @Test
    void callsAreTakenForAsLongAsIsConfiguredAfterItHasSaidThatItIsNotServing() {
        Map<String, String> delayed = Map.of("GATEHOUSE_HTTP_SHUTDOWN_DELAY", "PT2S");
        try (PackagedService stopping = PackagedService.ready(TestPostgres.newDatabase(), delayed)) {
            stopping.terminate();
            Await.until(() -> status(stopping, "group/serving") == 503);

            assertThat(stopping.api().call("GET", "/notsecret").send().status()).isEqualTo(200);
            assertThat(stopping.awaitEnd()).isEqualTo(143);
        }
    }

    /** What is never answered is given up: here the body of a call does not come. */
    @Test
    void theShutdownTakesFiveSecondsMoreThanItsTimeoutAtMost() throws Exception {
        Map<String, String> impatient =
                Map.of("GATEHOUSE_HTTP_SHUTDOWN_TIMEOUT", "PT1S", "GATEHOUSE_HTTP_SHUTDOWN_DELAY", "PT1S");
        try (PackagedService stopping = PackagedService.ready(TestPostgres.newDatabase(), impatient);
                Socket underWay = new Socket("localhost", stopping.port())) {
            underWay.getOutputStream().write((HEAD + "Expect: 100-continue\r\n" + LENGTH).getBytes(US_ASCII));
            assertThat(new String(underWay.getInputStream().readNBytes(CONTINUE.length()), US_ASCII))
                    .isEqualTo(CONTINUE);
            long told = System.nanoTime();
            stopping.terminate();
            assertThat(stopping.awaitEnd()).isEqualTo(143);
            assertThat(Duration.ofNanos(System.nanoTime() - told))
                    .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(7));
        }
    }

    private static int status(PackagedService service, String health) {
        return service.management().call("GET", "/q/health/" + health).send().status();
    }
}
