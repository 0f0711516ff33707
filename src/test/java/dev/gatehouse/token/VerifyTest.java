package dev.gatehouse.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.MutableClock;
import dev.gatehouse.StatementLog;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code /verify} says to a reverse proxy. */
@QuarkusTest
class VerifyTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    MutableClock clock;

    private final String username = "\u5c0f\u660e-" + UUID.randomUUID();
    private Api api = new Api(0);
    private Answer login = Answer.NONE;

    @BeforeEach
    void logIn() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        login = api.login(username, PASSWORD);
    }

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "BREW"})
    void whateverTheProxiedRequestWasOnlyTheTokenIsLookedAt(String method) {
        Answer bare = api.call(method, "/verify").bearer(login.token()).send();
        assertAccepted(bare);
        Answer proxied = api.call(method, "/verify?token=x&access_token=%E5%B0%8F&a=b")
                .bearer(login.token())
                .header("Accept", "text/html")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body("a=b".getBytes(UTF_8))
                .send();
        assertAccepted(proxied);
        Answer refused = api.call(method, "/verify?token=x")
                .header("Accept", "image/png")
                .header("Content-Type", "text/plain")
                .bearer("x")
                .body(new byte[] {1})
                .send();
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }

    private void assertAccepted(Answer answer) {
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.text()).isEmpty();
        assertThat(answer.header("X-Auth-Subject")).isEqualTo("%E5%B0%8F%E6%98%8E" + username.substring(2));
        assertThat(answer.header("X-Auth-Session")).isEqualTo(login.session().toString());
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void aSecondRequestOnTheSameConnectionIsAnsweredToo() {
        for (int n = 0; n < 5; n++) {
            assertThat(api.call("POST", "/verify?n=" + n)
                            .bearer(login.token())
                            .body("{}".getBytes(UTF_8))
                            .send()
                            .status())
                    .isEqualTo(204);
            assertThat(api.verify(login.token()).status()).isEqualTo(204);
        }
    }

    @Test
    void withoutCredentialsThereIsNoErrorCodeAndTwoAreRefused() {
        Answer none = api.call("GET", "/verify").send();
        assertThat(none.problem()).isEqualTo("not-authenticated");
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(none.header("X-Auth-Subject")).isEmpty();
        Answer two = api.call("GET", "/verify")
                .bearer(login.token())
                .bearer(login.token())
                .send();
        assertThat(two.problem()).isEqualTo("invalid-token");
        assertThat(two.header("X-Auth-Subject")).isEmpty();
    }

    @Test
    void itAsksNoDatabase() {
        List<String> statements = StatementLog.during(
                () -> assertThat(api.verify(login.token()).status()).isEqualTo(204));
        assertThat(statements).isEmpty();
    }

    @Test
    void aTokenThatWasAcceptedIsRefusedOnceItHasExpiredOrItsSessionHasEnded() {
        assertThat(api.verify(login.token()).status()).isEqualTo(204);
        clock.advance(Duration.ofMinutes(31));
        assertThat(api.verify(login.token()).problem()).isEqualTo("token-expired");
        clock.reset();
        assertThat(api.verify(login.token()).status()).isEqualTo(204);
        api.logOut(login.refreshToken());
        assertThat(api.verify(login.token()).problem()).isEqualTo("invalid-token");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    AZaz09-._~, AZaz09-._~
                    a b, a%20b
                    50%, 50%25
                    a+b=c&d, a%2Bb%3Dc%26d
                    *!'()/:@, %2A%21%27%28%29%2F%3A%40
                    \u00e9\u20ac\ud83d\ude00, %C3%A9%E2%82%AC%F0%9F%98%80
                    """)
    void everyByteOutsideTheUnreservedSetIsEncoded(String text, String encoded) {
        assertThat(VerifyResource.percentEncoded(text)).isEqualTo(encoded);
        assertThat(URLDecoder.decode(encoded.replace("+", "%2B"), UTF_8)).isEqualTo(text);
    }
}
