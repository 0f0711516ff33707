package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That annotations alone make a resource of other media types and limits, and what becomes of the exceptions of JAX-RS. */
@QuarkusTest
class ProbeTest {
    private Api api = new Api(0);

    @BeforeEach
    void connect() {
        api = new Api(RestAssured.port);
    }

    @Test
    void everyRefusalByStatusIsAProblemDocument() {
        for (int status = 400; status <= 599; status++) {
            Answer answer = api.call("GET", "/probe/status/" + status).send();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("Content-Type")).as("%s", status).isEqualTo("application/problem+json");
            assertThat(answer.json().path("status").asInt()).isEqualTo(status);
            assertThat(answer.json().path("type").asText()).as("%s", status).matches("about:blank|urn:gatehouse:.*");
            assertThat(answer.json().path("title").asText()).isNotBlank();
            assertThat(answer.json().has("incident")).isEqualTo(status == 500);
            assertThat(answer.header("Retry-After")).as("%s", status).isEqualTo(status == 500 ? "" : "30");
            assertThat(answer.header("Content-Encoding")).isEmpty();
            assertThat(answer.header("Set-Cookie")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400,invalid-request",
        "401,not-authenticated",
        "403,forbidden",
        "404,not-found",
        "405,method-not-allowed",
        "406,not-acceptable",
        "409,about:blank",
        "410,about:blank",
        "413,too-large",
        "415,unsupported-media-type",
        "422,about:blank",
        "429,too-many-attempts",
        "500,internal-error",
        "502,about:blank",
        "503,about:blank",
        "599,about:blank"
    })
    void aStatusWithATypeOfOursHasIt(int status, String problem) {
        Answer answer = api.call("GET", "/probe/status/" + status).send();
        assertThat(answer.problem()).isEqualTo(problem);
        if (status == 405) {
            assertThat(answer.header("Allow")).isEqualTo("GET");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 307, 308})
    void aRedirectionIsNoRefusal(int status) {
        Answer answer = api.call("GET", "/probe/status/" + status).send();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Location")).endsWith("/notsecret");
        assertThat(answer.text()).isEmpty();
    }

    @Test
    void aBadRequestOfAResourceIsInvalid() {
        Answer answer = api.call("GET", "/probe/bad").send();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo("invalid-request");
        assertThat(answer.text()).doesNotContain("the cause");
    }

    @Test
    void aMissingRoleIsForbiddenWithAGoodTokenAndAnAuthenticationWithout() {
        api.signUp("roleless", "a long enough password");
        String token = api.login("roleless", "a long enough password").token();
        Answer refused = api.call("GET", "/probe/role").bearer(token).send();
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.problem()).isEqualTo("forbidden");
        Answer anonymous = api.call("GET", "/probe/role").send();
        assertThat(anonymous.status()).isEqualTo(401);
        assertThat(anonymous.problem()).isEqualTo("not-authenticated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1", "[\"secret\"]", "{}", "\"text\"", "", "[1] [2]"})
    void aMalformedListIsAMalformedRequest(String body) {
        Answer answer = api.call("POST", "/probe/list").json(body).send();
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo("malformed-request");
        assertThat(answer.text()).doesNotContain("secret");
    }

    @Test
    void aListIsRead() {
        assertThat(api.call("POST", "/probe/list").json("[1, 2]").send().text()).isEqualTo("[1,2]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1", "nul", "{\"a\":}", "\"open"})
    void aMalformedTreeIsAMalformedRequest(String body) {
        assertThat(api.call("POST", "/probe/tree").json(body).send().problem()).isEqualTo("malformed-request");
    }

    @Test
    void aResponseThatCannotBeWrittenIsAFaultOfOurs() {
        assertThat(api.call("GET", "/probe/unwritable").send().problem()).isEqualTo("internal-error");
    }

    @Test
    void aResourceWithoutProducesWorks() {
        assertThat(api.call("GET", "/probe/plain").send().text()).isEqualTo("plain");
    }

    @Test
    void aFormIsReadUpToItsOwnLimitAndMayHaveATokenInItsQuery() {
        int room = ProbeResource.FORM_LIMIT - "text=".length();
        assertThat(form("application/x-www-form-urlencoded", room).text()).isEqualTo("[" + room + "]");
        assertThat(form("application/x-www-form-urlencoded; charset=utf-8", 1).text())
                .isEqualTo("[1]");
        Answer tooLarge = form("application/x-www-form-urlencoded", room + 1);
        assertThat(tooLarge.problem()).isEqualTo("too-large");
        assertThat(tooLarge.json().path("detail").asText()).isEqualTo("The body is larger than 64 KiB");
        assertThat(form("application/json", 1).problem()).isEqualTo("unsupported-media-type");
        assertThat(form("multipart/form-data; boundary=x", 1).problem()).isEqualTo("unsupported-media-type");
        assertThat(api.call("POST", "/probe/form?access_token=x").send().problem())
                .isEqualTo("invalid-request");
    }

    private Answer form(String type, int length) {
        return api.call("POST", "/probe/form?token=x")
                .header("Content-Type", type)
                .body(("text=" + "x".repeat(length)).getBytes(StandardCharsets.UTF_8))
                .send();
    }

    @Test
    void aStreamIsSentWhole() {
        Answer stream = api.call("GET", "/probe/stream")
                .header("Accept", "application/x-ndjson")
                .send();
        assertThat(stream.header("Content-Type")).startsWith("application/x-ndjson");
        assertThat(stream.text()).hasSize(ProbeResource.LINES * 1024);
        assertThat(api.call("GET", "/probe/stream")
                        .header("Accept", "application/json")
                        .send()
                        .problem())
                .isEqualTo("not-acceptable");
    }

    @ParameterizedTest
    @CsvSource({
        "text/html,200",
        "text/*,200",
        "*/*,200",
        "'application/json;q=1, text/html;q=0.1',200",
        "application/json,406",
        "text/html;q=0,406",
        "text/plain,406"
    })
    void aPageIsSentToWhoAcceptsIt(String accept, int status) {
        Answer page = api.call("GET", "/probe/page").header("Accept", accept).send();
        assertThat(page.status()).isEqualTo(status);
        if (status == 200) {
            assertThat(page.header("Content-Type")).startsWith("text/html");
        } else {
            assertThat(page.problem()).isEqualTo("not-acceptable");
        }
    }

    @Test
    void aRefusedMediaTypeNamesThoseOfItsRoute() {
        Answer page =
                api.call("GET", "/probe/page").header("Accept", "text/plain").send();
        assertThat(page.json().path("detail").asText()).isEqualTo("The answer is text/html, which Accept excludes");
        assertThat(form("application/json", 1).json().path("detail").asText())
                .isEqualTo("The body must be application/x-www-form-urlencoded");
    }

    /** Of the two methods at this path one may have a token in its query. */
    @Test
    void thePolicyOfOneMethodIsNotThatOfAnother() {
        assertThat(form("application/x-www-form-urlencoded", 1).status()).isEqualTo(200);
        assertThat(smallerForm("?token=x", 1).problem()).isEqualTo("invalid-request");
        int room = 32 * 1024 - "text=".length();
        assertThat(smallerForm("", room).text()).isEqualTo("[" + room + "]");
        assertThat(smallerForm("", room + 1).json().path("detail").asText())
                .isEqualTo("The body is larger than 32 KiB");
        assertThat(api.call("DELETE", "/probe/form").send().header("Allow")).isEqualTo("POST, PUT");
    }

    private Answer smallerForm(String query, int length) {
        return api.call("PUT", "/probe/form" + query)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(("text=" + "x".repeat(length)).getBytes(StandardCharsets.UTF_8))
                .send();
    }

    @ParameterizedTest
    @CsvSource({
        "/probe/large,gzip,gzip",
        "/probe/large,'br, gzip;q=0.5',gzip",
        "/probe/large,'gzip;q=0, *',''",
        "/probe/large,identity,''",
        "/probe/large,,''",
        "/probe/uncompressed,gzip,''"
    })
    void aResponseIsCompressedWhereTheMethodAndTheClientSaySo(String path, @Nullable String accepted, String coding)
            throws IOException, InterruptedException {
        HttpRequest.Builder call = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path));
        if (accepted != null) {
            call.header("Accept-Encoding", accepted);
        }
        HttpResponse<byte[]> response;
        try (HttpClient client = HttpClient.newHttpClient()) {
            response = client.send(call.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Encoding").orElse("")).isEqualTo(coding);
        assertThat(response.headers().allValues("Vary").contains("accept-encoding"))
                .isEqualTo(path.endsWith("/large"));
        InputStream body = new ByteArrayInputStream(response.body());
        String text = new String(
                (coding.isEmpty() ? body : new GZIPInputStream(body)).readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).startsWith("[\"x\",").hasSize(ProbeResource.LINES * 4 + 1);
    }
}
