package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.gatehouse.Api.Answer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.net.http.HttpHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That an answer which the document does not describe is found. */
@QuarkusTest
class DocumentedAnswersTest {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";
    private static final Map<String, String> CHALLENGE =
            Map.of("Cache-Control", "no-store", "WWW-Authenticate", "Bearer");

    private DocumentedAnswers answers = new DocumentedAnswers("{}");

    @BeforeEach
    void readDocument() {
        answers = new DocumentedAnswers(
                new Api(RestAssured.port).call("GET", "/openapi.json").send().text());
    }

    private static Answer answer(int status, String type, Map<String, String> headers, String text) {
        Map<String, List<String>> all = new HashMap<>();
        all.put("Content-Type", List.of(type));
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        return new Answer(status, HttpHeaders.of(all, (name, value) -> true), text);
    }

    private static Answer problem(int status, String name, Map<String, String> headers) {
        String text = "{\"type\":\"urn:gatehouse:problem:" + name + "\",\"title\":\"t\",\"status\":" + status
                + ",\"detail\":\"d\"}";
        return answer(status, PROBLEM, headers, text);
    }

    static Stream<Arguments> documented() {
        return Stream.of(
                arguments("GET", "/notsecret", answer(200, JSON, Map.of(), "\"text\"")),
                arguments("GET", "/docs/", answer(200, "text/html", Map.of(), "<html>")),
                arguments("DELETE", "/sessions/x", problem(404, "not-found", Map.of())),
                arguments("POST", "/secret", problem(401, "invalid-token", CHALLENGE)),
                arguments("GET", "/secret", problem(405, "method-not-allowed", Map.of("Allow", "POST"))),
                arguments("GET", "/nosuch", problem(404, "not-found", Map.of())),
                arguments("BREW", "/verify", problem(401, "invalid-token", CHALLENGE)),
                arguments("GET", "/account", problem(403, "forbidden", Map.of())));
    }

    @ParameterizedTest
    @MethodSource("documented")
    void aDocumentedAnswerPasses(String method, String path, Answer answer) {
        assertThatCode(() -> answers.check(method, path, answer)).doesNotThrowAnyException();
    }

    static Stream<Arguments> undocumented() {
        String account =
                "{\"username\":\"a\",\"created_at\":\"2026-11-01T09:30:00Z\",\"password_changed_at\":\"never\"}";
        return Stream.of(
                arguments("a path", "GET", "/nosuch", answer(200, JSON, Map.of(), "\"text\"")),
                arguments("a method", "PUT", "/notsecret", answer(200, JSON, Map.of(), "\"text\"")),
                arguments("a status", "GET", "/notsecret", answer(202, JSON, Map.of(), "\"text\"")),
                arguments("a problem's status", "GET", "/notsecret", problem(409, "account-exists", Map.of())),
                arguments("a problem", "POST", "/secret", problem(401, "session-ended", CHALLENGE)),
                arguments("an unknown problem", "GET", "/nosuch", problem(404, "no-such-problem", Map.of())),
                arguments("a charset", "GET", "/notsecret", answer(200, JSON + ";charset=UTF-8", Map.of(), "\"text\"")),
                arguments("a type of the body", "GET", "/notsecret", answer(200, JSON, Map.of(), "{}")),
                arguments("a missing member", "GET", "/account", answer(200, JSON, Map.of(), "{\"username\":\"a\"}")),
                arguments("a format", "GET", "/account", answer(200, JSON, Map.of(), account)),
                arguments("a body", "POST", "/logout", answer(204, JSON, Map.of(), "{}")),
                arguments("a missing field", "GET", "/secret", problem(405, "method-not-allowed", Map.of())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("undocumented")
    void anUndocumentedAnswerFails(String what, String method, String path, Answer answer) {
        assertThatThrownBy(() -> answers.check(method, path, answer)).isInstanceOf(AssertionError.class);
    }
}
