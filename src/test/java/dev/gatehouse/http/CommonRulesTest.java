package dev.gatehouse.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Walks through the rules that hold for every path, with each path that the OpenAPI document names. */
@QuarkusTest
class CommonRulesTest {
    private static final int MAX = 16 * 1024;
    /** Where nothing is answered for a token. */
    private static final Set<String> PUBLIC =
            Set.of("/signup", "/login", "/notsecret", "/.well-known/jwks.json", "/openapi.json");

    private static final String GOOD = Api.credentials("somebody", "a long enough password");

    @Inject
    EntityManager entityManager;

    private Api api = new Api(RestAssured.port);
    private long accountsBefore;

    /** A call, its path as the OpenAPI document has it. */
    record Endpoint(String method, String template, String allow) {
        boolean answersWithABody() {
            return !method.equals("DELETE") && !template.equals("/logout") && !template.equals("/account/deletion");
        }

        String path() {
            return template.replace("{id}", "00000000-0000-4000-8000-000000000000");
        }
    }

    static Stream<Endpoint> endpoints() {
        return Stream.of(
                new Endpoint("POST", "/signup", "POST"),
                new Endpoint("POST", "/login", "POST"),
                new Endpoint("GET", "/refresh_token", "GET, POST"),
                new Endpoint("POST", "/refresh_token", "GET, POST"),
                new Endpoint("POST", "/logout", "POST"),
                new Endpoint("GET", "/account", "GET, HEAD"),
                new Endpoint("PUT", "/account/password", "PUT"),
                new Endpoint("POST", "/account/deletion", "POST"),
                new Endpoint("GET", "/sessions", "DELETE, GET, HEAD"),
                new Endpoint("DELETE", "/sessions", "DELETE, GET, HEAD"),
                new Endpoint("DELETE", "/sessions/{id}", "DELETE"),
                new Endpoint("POST", "/secret", "POST"),
                new Endpoint("GET", "/notsecret", "GET, HEAD"),
                new Endpoint("GET", "/.well-known/jwks.json", "GET, HEAD"),
                new Endpoint("GET", "/openapi.json", "GET, HEAD"));
    }

    static Stream<String> callsWithBody() {
        return Stream.of("/signup", "/login");
    }

    @BeforeEach
    void countAccounts() {
        api = new Api(RestAssured.port);
        accountsBefore = accounts();
    }

    @AfterEach
    void nothingIsStored() {
        assertThat(accounts()).isEqualTo(accountsBefore);
    }

    private long accounts() {
        return ((Number) entityManager
                        .createNativeQuery("SELECT count(*) FROM account")
                        .getSingleResult())
                .longValue();
    }

    @Test
    void theEndpointsHereAreThoseOfTheDocument() {
        Set<String> documented = new TreeSet<>();
        api.call("GET", "/openapi.json").send().json().path("paths").properties().stream()
                .filter(path -> !path.getKey().startsWith("/probe/")) // Of the tests.
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        Set<String> here = new TreeSet<>();
        endpoints().forEach(endpoint -> here.add(endpoint.method() + " " + endpoint.template()));
        here.remove("GET /openapi.json");
        here.add("GET /verify"); // It takes whatever a proxy sends, see VerifyTest.
        assertThat(documented).isEqualTo(here);
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void anotherMethodIs405WithAllow(Endpoint endpoint) {
        Set<String> allowed = Set.of(endpoint.allow().split(", "));
        for (String method : List.of("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")) {
            if (!allowed.contains(method)) {
                Answer answer = api.call(method, endpoint.path()).send();
                assertThat(answer.status()).as(method).isEqualTo(405);
                assertThat(answer.problem()).isEqualTo("method-not-allowed");
                assertThat(answer.header("Allow")).isEqualTo(endpoint.allow());
            }
        }
    }

    @Test
    void headWorksWhereGetDoesButNeverRefreshes() {
        Answer notSecret = api.call("HEAD", "/notsecret").send();
        assertThat(notSecret.status()).isEqualTo(200);
        assertThat(notSecret.text()).isEmpty();
        Answer refresh = api.call("HEAD", "/refresh_token").send();
        assertThat(refresh.status()).isEqualTo(405);
        assertThat(refresh.header("Allow")).isEqualTo("GET, POST");
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void aBodyOverTheLimitIs413ChunkedOrNot(Endpoint endpoint) {
        byte[] body = json(MAX + 1);
        Answer declared = api.call(endpoint.method(), endpoint.path())
                .header("Content-Type", "application/json")
                .body(body)
                .send();
        assertThat(declared.problem()).isEqualTo("too-large");
        Answer chunked = api.call(endpoint.method(), endpoint.path())
                .header("Content-Type", "application/json")
                .chunked(body)
                .send();
        assertThat(chunked.problem()).isEqualTo("too-large");
        assertThat(chunked.status()).isEqualTo(413);
    }

    @ParameterizedTest
    @MethodSource("callsWithBody")
    void aBodyAtTheLimitIsRead(String path) {
        Answer declared = api.call("POST", path)
                .header("Content-Type", "application/json")
                .body(json(MAX))
                .send();
        assertThat(declared.problem()).isEqualTo("validation-failed");
        Answer chunked = api.call("POST", path)
                .header("Content-Type", "application/json")
                .chunked(json(MAX))
                .send();
        assertThat(chunked.problem()).isEqualTo("validation-failed");
    }

    /** The refusals of the README's order that a request can have before its credentials, each with all later ones. */
    @ParameterizedTest
    @MethodSource("endpoints")
    void ofSeveralFaultsTheFirstOfTheOrderIsAnswered(Endpoint endpoint) {
        String path = endpoint.path();
        byte[] large = json(MAX + 1);
        assertThat(faulty("BREW", "/nosuch?token=x").body(large).send().problem())
                .isEqualTo("too-large");
        assertThat(faulty("BREW", "/nosuch?token=x").send().problem()).isEqualTo("not-found");
        assertThat(faulty("BREW", path + "?token=x").send().problem()).isEqualTo("method-not-allowed");
        assertThat(faulty(endpoint.method(), path + "?token=x").send().problem())
                .isEqualTo("invalid-request");
        assertThat(faulty(endpoint.method(), path).send().problem()).isEqualTo("unsupported-media-type");
        if (endpoint.answersWithABody()) {
            assertThat(api.call(endpoint.method(), path)
                            .header("Accept", "text/html")
                            .json("{")
                            .send()
                            .problem())
                    .isEqualTo("not-acceptable");
        }
    }

    private Api.Call faulty(String method, String path) {
        return api.call(method, path)
                .header("Accept", "text/html")
                .header("Content-Type", "text/plain")
                .body("{".getBytes(UTF_8));
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void twoAuthorizationFieldsOrATokenInTheQueryAreRefused(Endpoint endpoint) {
        Answer two = api.call(endpoint.method(), endpoint.path())
                .header("Authorization", "Bearer a")
                .header("Authorization", "Bearer b")
                .send();
        assertThat(two.status()).isEqualTo(400);
        assertThat(two.problem()).isEqualTo("invalid-request");
        assertThat(two.json().path("detail").asText()).isEqualTo("There is more than one Authorization field");
        assertThat(two.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_request\"");
        for (String name : List.of("token", "access_token", "refresh_token")) {
            Answer answer = api.call(endpoint.method(), endpoint.path() + "?a=b&" + name + "=x")
                    .send();
            assertThat(answer.problem()).as(name).isEqualTo("invalid-request");
            assertThat(answer.json().path("detail").asText()).endsWith("the query: " + name);
        }
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void aQueryThatIsNotWellFormedIsRefusedWithAndWithoutABody(Endpoint endpoint) {
        String line = endpoint.method() + " " + endpoint.path() + "?x=%zz HTTP/1.1\r\nHost: localhost\r\n";
        String withBody = "Connection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        assertThat(raw(line + "Connection: close\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw(line + withBody)).startsWith("HTTP/1.1 400");
    }

    @Test
    void aRequestWithoutAHostIsTheClientsFault() {
        assertThat(raw("GET /notsecret HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("nosniff");
    }

    @Test
    void bothContentLengthAndTransferEncodingAreRefusedAndCloseTheConnection() {
        String head = String.join(
                "\r\n", "POST /login HTTP/1.1", "Host: x", "Content-Length: 5", "Transfer-Encoding: chunked");
        assertThat(raw(head + "\r\n\r\n0\r\n\r\n")).startsWith("HTTP/1.1 400");
    }

    @Test
    void aClientThatAsksFirstIsToldToContinueOrIsRefused() {
        String head = String.join(
                "\r\n",
                "POST /login HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Content-Type: application/json",
                "Expect: 100-continue",
                "Content-Length: ");
        assertThat(raw(head + "2\r\n\r\n{}")).startsWith("HTTP/1.1 100").contains("validation-failed");
        assertThat(raw(head + (MAX + 1) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 413")
                .contains("too-large");
    }

    @Test
    void aRequestBehindARefusedOneOnTheSameConnectionIsAnswered() {
        String refused = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + (MAX + 1) + "\r\n\r\n"
                + "x".repeat(MAX + 1);
        String next = "GET /notsecret HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        assertThat(raw(refused + next)).contains("too-large").endsWith("\"Not secret data\"");
    }

    /** Sends exactly this, and returns what comes until the server closes. */
    private static String raw(String request) {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Arguments> otherMediaTypes() {
        byte[] good = GOOD.getBytes(UTF_8);
        return Stream.of(
                arguments("none", null, good),
                arguments("plain text", "text/plain", good),
                arguments("a form", "application/x-www-form-urlencoded", good),
                arguments("multipart", "multipart/form-data; boundary=x", good),
                arguments("not a media type", "json", good),
                arguments("another charset", "application/json; charset=utf-16", good),
                arguments("another charset, quoted", "application/json; charset=\"ISO-8859-1\"", good),
                arguments("UTF-16 undeclared", "application/json", GOOD.getBytes(StandardCharsets.UTF_16LE)),
                arguments("UTF-16 with BOM", "application/json", GOOD.getBytes(StandardCharsets.UTF_16)),
                arguments("UTF-32", "application/json", GOOD.getBytes(java.nio.charset.Charset.forName("UTF-32"))),
                arguments("a BOM", "application/json", ("\uFEFF" + GOOD).getBytes(UTF_8)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherMediaTypes")
    void aBodyThatIsNotJsonInUtf8Is415(String name, @org.jspecify.annotations.Nullable String type, byte[] body) {
        endpoints().forEach(endpoint -> {
            Api.Call call = api.call(endpoint.method(), endpoint.path()).body(body);
            Answer answer = (type == null ? call : call.header("Content-Type", type)).send();
            assertThat(answer.status()).as(endpoint.path()).isEqualTo(415);
            assertThat(answer.problem()).isEqualTo("unsupported-media-type");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "APPLICATION/JSON",
                "application/json;charset=UTF-8",
                "application/json ; charset=\"utf-8\"",
                "application/json; profile=x"
            })
    void jsonMayBeDeclaredInEveryLegalWay(String type) {
        Answer answer = api.call("POST", "/login")
                .header("Content-Type", type)
                .body(bytes("{}"))
                .send();
        assertThat(answer.problem()).isEqualTo("validation-failed");
    }

    @Test
    void theContentTypeOfARequestWithoutBodyIsNotJudged() {
        Answer answer = api.call("POST", "/secret")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .send();
        assertThat(answer.problem()).isEqualTo("not-authenticated");
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void acceptDecidesOnlyWhetherJsonMayBeAnswered(Endpoint endpoint) {
        for (String refused : List.of(
                "text/html",
                "application/json;q=0",
                "application/json;q=0, */*",
                "application/json;q=0, application/problem+json",
                "application/problem+json;q=0",
                "application/problem+xml",
                "text/*+json",
                "image/*")) {
            Answer answer = api.call(endpoint.method(), endpoint.path())
                    .header("Accept", refused)
                    .send();
            assertThat(answer.status() == 406).as(refused).isEqualTo(endpoint.answersWithABody());
            assertThat(answer.problem().equals("not-acceptable")).isEqualTo(endpoint.answersWithABody());
        }
        for (String accepted : List.of(
                "*/*",
                "*/* ;q=0.5",
                "application/*",
                "text/html, application/json;q=0.1",
                "application/json ;q=0.9",
                "application/problem+json",
                "application/problem+json ; q=0.1, text/html",
                "APPLICATION/Problem+JSON; charset=utf-8",
                "application/*+json",
                "text/html;q=0.5, application/*+json;q=0.1")) {
            Answer answer = api.call(endpoint.method(), endpoint.path())
                    .header("Accept", accepted)
                    .send();
            assertThat(answer.status()).as(accepted).isNotEqualTo(406);
        }
    }

    static Stream<Arguments> malformedBodies() {
        return Stream.of(
                arguments("nothing", bytes("")),
                arguments("blanks", bytes("  ")),
                arguments("null", bytes("null")),
                arguments("an array", bytes("[" + GOOD + "]")),
                arguments("a string", bytes("\"x\"")),
                arguments("an empty string", bytes("\"\"")),
                arguments("a number", bytes("1")),
                arguments("cut off", bytes("{\"username\":\"a\",\"password\":")),
                arguments("two values", bytes(GOOD + "{}")),
                arguments("trailing garbage", bytes(GOOD + "x")),
                arguments("NaN", bytes("{\"username\":NaN,\"password\":\"a long password\"}")),
                arguments("single quotes", bytes("{'username':'a'}")),
                arguments("a comment", bytes("{/**/\"username\":\"a\"}")),
                arguments("a trailing comma", bytes("{\"username\":\"a\",}")),
                arguments("a member twice", bytes("{\"username\":\"a\",\"username\":\"b\",\"password\":\"12345678\"}")),
                arguments(
                        "twice, escaped",
                        bytes("{\"username\":\"a\",\"\\u0075sername\":\"b\",\"password\":\"12345678\"}")),
                arguments(
                        "an unknown member twice",
                        bytes("{\"x\":1,\"x\":2,\"username\":\"a\",\"password\":\"12345678\"}")),
                arguments(
                        "twice inside",
                        bytes("{\"x\":{\"y\":1,\"y\":2},\"username\":\"a\",\"password\":\"12345678\"}")),
                arguments("wrong type, then broken", bytes("{\"username\":1,\"password\":")),
                arguments("a raw control character", bytes("{\"username\":\"a\nb\",\"password\":\"12345678\"}")),
                arguments("a NUL byte", bytes("{\"username\":\"a\0\",\"password\":\"12345678\"}")),
                arguments("nesting", bytes("{\"x\":" + "[".repeat(8000) + "]".repeat(8000) + "}")),
                arguments("a huge number", bytes("{\"x\":" + "9".repeat(15000) + "}")),
                arguments("broken UTF-8", latin1("{\"username\":\"\u00ff\",\"password\":\"12345678\"}")),
                arguments("overlong UTF-8", latin1("{\"username\":\"\u00c0\u00af\",\"password\":\"12345678\"}")),
                arguments(
                        "a surrogate in UTF-8",
                        latin1("{\"username\":\"\u00ed\u00a0\u0080\",\"password\":\"12345678\"}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedBodies")
    void aBodyThatIsNotOneJsonObjectIs400(String name, byte[] body) {
        callsWithBody().forEach(path -> {
            Answer answer = api.call("POST", path)
                    .header("Content-Type", "application/json")
                    .body(body)
                    .send();
            assertThat(answer.status()).as(path).isEqualTo(400);
            assertThat(answer.problem()).isEqualTo("malformed-request");
        });
    }

    @ParameterizedTest
    @MethodSource("callsWithBody")
    void aMemberThatIsMissingOrOfAnotherTypeIs422AndNeverCoerced(String path) {
        for (String value : List.of("null", "1", "1.5", "true", "[]", "[\"a\"]", "{}", "{\"a\":{\"b\":[1]}}")) {
            Answer answer = api.call("POST", path)
                    .json("{\"username\":" + value + ",\"password\":" + value + "}")
                    .send();
            assertThat(answer.status()).as(value).isEqualTo(422);
            assertThat(answer.problem()).isEqualTo("validation-failed");
            assertThat(answer.json().path("errors").findValuesAsText("field")).containsExactly("username", "password");
        }
        Answer empty = api.call("POST", path).json("{}").send();
        assertThat(empty.json().path("errors").findValuesAsText("field")).containsExactly("username", "password");
    }

    @Test
    void everyAnswerForbidsSniffingAndSaysNothingOfTheServer() {
        for (String path : List.of("/notsecret", "/nosuch", "/login", "/docs/", "/openapi.json", "/secret")) {
            Answer answer = api.call("GET", path).send();
            assertThat(answer.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
            assertThat(answer.header("Server")).isEmpty();
            assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        }
    }

    /** RFC 3986, 2.3: they name the same resource. */
    @Test
    void aPathWithEncodedUnreservedCharactersIsThePathWithout() {
        for (String path : List.of("/%6Eotsecret", "/%6eotsecret", "/notsecre%74", "/%2ewell-known/jwks%2Ejson")) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(api.call("GET", "/refresh%5Ftoken").send().problem()).isEqualTo("not-authenticated");
        assertThat(api.call("DELETE", "/%73essions/00000000%2D0000-4000-8000-000000000000")
                        .send()
                        .problem())
                .isEqualTo("not-authenticated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "br", "identity, gzip", "gzip, identity", "x-unknown", "aws-chunked"})
    void aBodyWithAContentCodingIs415(String coding) {
        endpoints().forEach(endpoint -> {
            Answer answer = api.call(endpoint.method(), endpoint.path())
                    .header("Content-Encoding", coding)
                    .json(GOOD)
                    .send();
            assertThat(answer.status()).as(endpoint.path()).isEqualTo(415);
            assertThat(answer.problem()).isEqualTo("unsupported-media-type");
            assertThat(answer.header("Accept-Encoding")).isEqualTo("identity");
        });
        assertThat(api.call("POST", "/login")
                        .header("Content-Encoding", "identity")
                        .header("Content-Encoding", coding)
                        .json("{}")
                        .send()
                        .status())
                .isEqualTo(415);
        assertThat(api.call("POST", "/secret")
                        .header("Content-Encoding", coding)
                        .send()
                        .problem())
                .isEqualTo("not-authenticated");
        assertThat(api.call("GET", "/verify")
                        .header("Content-Encoding", coding)
                        .json(GOOD)
                        .send()
                        .problem())
                .isEqualTo("not-authenticated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "Identity", "identity, identity", ""})
    void aBodyWithoutContentCodingMaySaySo(String coding) {
        assertThat(api.call("POST", "/login")
                        .header("Content-Encoding", coding)
                        .json("{}")
                        .send()
                        .problem())
                .isEqualTo("validation-failed");
    }

    /** Whatever the answer is. */
    @ParameterizedTest
    @MethodSource("endpoints")
    void whatIsAnsweredForATokenIsNotStored(Endpoint endpoint) {
        if (PUBLIC.contains(endpoint.template())) {
            return;
        }
        assertThat(api.call(endpoint.method(), endpoint.path()).send().header("Cache-Control"))
                .isEqualTo("no-store");
        assertThat(api.call(endpoint.method(), endpoint.path() + "?token=x")
                        .send()
                        .header("Cache-Control"))
                .isEqualTo("no-store");
    }

    @Test
    void onlyAFaultOfTheCredentialsIsOneOfTheBearerScheme() throws IOException {
        String line = "GET /notsecret?x=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        assertThat(raw(line)).startsWith("HTTP/1.1 400").doesNotContainIgnoringCase("www-authenticate");
        assertThat(raw("GET /notsecret HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .doesNotContainIgnoringCase("www-authenticate");
    }

    @Test
    void anOriginIsIgnoredWhereNoneIsConfigured() {
        for (String origin : List.of("https://b.example", "null", "http://[")) {
            for (String path : List.of("/notsecret", "/login", "/verify", "/docs/", "/nosuch")) {
                for (String method : List.of("GET", "OPTIONS")) {
                    Answer with = api.call(method, path)
                            .header("Origin", origin)
                            .header("Access-Control-Request-Method", "GET")
                            .send();
                    assertThat(with.status())
                            .as("%s %s", method, path)
                            .isEqualTo(api.call(method, path).send().status());
                    assertThat(with.header("Access-Control-Allow-Origin")).isEmpty();
                    assertThat(with.header("Vary")).contains("Origin");
                }
            }
        }
    }

    @Test
    void aPathThatOnlyNormalizesToOneOfOursDoesNotExist() {
        for (String path : List.of(
                "/login/",
                "//login",
                "/docs/../login",
                "/docs/%2e%2e/login",
                "/%2E/login",
                "/./login",
                "/%2flogin",
                "/login%2f",
                "/login;a=b",
                "/login%3Ba=b",
                "/;a/login",
                "/LOGIN",
                "/%4Cogin",
                "/%256Cogin",
                "/sessions/")) {
            assertThat(api.call("POST", path).json(GOOD).send().problem())
                    .as(path)
                    .isEqualTo("not-found");
        }
    }

    @Test
    void theSchemeIsCaseInsensitiveAndAnotherSchemeIsNoCredential() {
        for (String value : List.of("bearer x", "BEARER x", "BeArEr x")) {
            Answer answer =
                    api.call("POST", "/secret").header("Authorization", value).send();
            assertThat(answer.problem()).isEqualTo("invalid-token");
        }
        Answer basic = api.call("POST", "/secret")
                .header("Authorization", "Basic YTpi")
                .send();
        assertThat(basic.problem()).isEqualTo("not-authenticated");
        assertThat(basic.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    /** A JSON object of this many bytes whose members are all unknown. */
    private static byte[] json(int size) {
        return bytes("{\"x\":\"" + "a".repeat(size - 8) + "\"}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
