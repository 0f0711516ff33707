package dev.gatehouse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls a running service with exactly the bytes that a test means, which most clients would tidy up. Each answer is held to the OpenAPI
 * document of the service, see {@link DocumentedAnswers}.
 */
public final class Api {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int TRIES = 30;

    /** Made from the document of the service that is called first: all services of one test run have the same. */
    private static final AtomicReference<@Nullable DocumentedAnswers> DOCUMENTED = new AtomicReference<>();

    private final String base;
    private final boolean documented;

    public Api(int port) {
        this(port, true);
    }

    private Api(int port, boolean documented) {
        this.base = "http://localhost:" + port;
        this.documented = documented;
    }

    /** Calls a proxy in front of a service, which has paths and answers of its own. */
    static Api ofProxy(int port) {
        return new Api(port, false);
    }

    private void check(String method, URI uri, Answer answer) throws IOException, InterruptedException {
        if (DOCUMENTED.get() == null) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(base + "/openapi.json")).build();
            HttpResponse<String> document = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            if (document.statusCode() != 200) {
                return; // The management port, or a service that is stopping.
            }
            DOCUMENTED.compareAndSet(null, new DocumentedAnswers(document.body()));
        }
        Objects.requireNonNull(DOCUMENTED.get()).check(method, uri.getRawPath(), answer);
    }

    /** An answer. */
    public record Answer(int status, HttpHeaders headers, String text) {
        /** Stands where a test has not called yet. */
        public static final Answer NONE = new Answer(0, HttpHeaders.of(Map.of(), (name, value) -> true), "{}");

        public JsonNode json() {
            try {
                return MAPPER.readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(text, e);
            }
        }

        public String header(String name) {
            return String.join(" | ", headers.allValues(name));
        }

        /** The name of the problem, or what stands in its place. */
        public String problem() {
            return header("Content-Type").equals("application/problem+json")
                    ? json().path("type").asText().replace("urn:gatehouse:problem:", "")
                    : "no problem document: " + text;
        }

        /** The access token of a token answer. */
        public String token() {
            return json().path("token").asText();
        }

        /** The session of a token answer. */
        public UUID session() {
            return UUID.fromString(claims().path("sid").asText());
        }

        /** The claims of a token answer's access token. */
        public JsonNode claims() {
            if (status != 200 && status != 201) {
                throw new AssertionError("no token, but " + status + ": " + text);
            }
            try {
                return MAPPER.readTree(Base64.getUrlDecoder().decode(token().split("\\.", -1)[1]));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The refresh token of a token answer. */
        public String refreshToken() {
            return json().path("refresh_token").asText();
        }
    }

    /** A request in the making. */
    public final class Call {
        private final HttpRequest.Builder request;
        private final String method;
        private final URI uri;
        private HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.noBody();

        private Call(String method, String path) {
            this.method = method;
            this.uri = URI.create(base + path);
            this.request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30));
        }

        public Call header(String name, String value) {
            request.header(name, value);
            return this;
        }

        public Call bearer(String token) {
            return header("Authorization", "Bearer " + token);
        }

        public Call body(byte[] bytes) {
            body = HttpRequest.BodyPublishers.ofByteArray(bytes);
            return this;
        }

        public Call json(String text) {
            return header("Content-Type", "application/json").body(text.getBytes(StandardCharsets.UTF_8));
        }

        public Call chunked(byte[] bytes) {
            body = HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
            return this;
        }

        public Answer send() {
            try {
                HttpResponse<String> response =
                        CLIENT.send(request.method(method, body).build(), HttpResponse.BodyHandlers.ofString());
                Answer answer = new Answer(response.statusCode(), response.headers(), response.body());
                if (documented) {
                    check(method, uri, answer);
                }
                return answer;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Calls again while the answer is 503, for so many tries: services that have just started may lack the time for many calls at
     * once where the machine is busy with others.
     */
    public static Answer patiently(Supplier<Answer> call) {
        Answer answer = call.get();
        for (int tries = 1; tries < TRIES && answer.status() == 503; tries++) {
            answer = call.get();
        }
        return answer;
    }

    public Call call(String method, String path) {
        return new Call(method, path);
    }

    public Answer signUp(String username, String password) {
        return call("POST", "/signup").json(credentials(username, password)).send();
    }

    public Answer login(String username, String password) {
        return call("POST", "/login").json(credentials(username, password)).send();
    }

    public Answer secret(String token) {
        return call("POST", "/secret").bearer(token).send();
    }

    public Answer verify(String token) {
        return call("GET", "/verify").bearer(token).send();
    }

    public Answer refresh(String token) {
        return call("GET", "/refresh_token").bearer(token).send();
    }

    public Answer refresh(String token, String idempotencyKey) {
        return call("POST", "/refresh_token")
                .bearer(token)
                .header("Idempotency-Key", idempotencyKey)
                .send();
    }

    public Answer logOut(String token) {
        return call("POST", "/logout").bearer(token).send();
    }

    public Answer sessions(String token) {
        return call("GET", "/sessions").bearer(token).send();
    }

    public Answer changePassword(String token, String current, String replacement) {
        return call("PUT", "/account/password")
                .bearer(token)
                .json(MAPPER.createObjectNode()
                        .put("current_password", current)
                        .put("new_password", replacement)
                        .toString())
                .send();
    }

    public Answer deleteAccount(String token, String password) {
        return call("POST", "/account/deletion")
                .bearer(token)
                .json(MAPPER.createObjectNode().put("password", password).toString())
                .send();
    }

    /** The body of a sign-up or login, with everything beyond ASCII as it is. */
    public static String credentials(String username, String password) {
        return MAPPER.createObjectNode()
                .put("username", username)
                .put("password", password)
                .toString();
    }
}
