package dev.gatehouse.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Sql;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is kept of a client's own words, seen through the audit of a sign-up. */
@QuarkusTest
class ClientTest {
    @Inject
    Sql sql;

    @Test
    void aUserAgentIsCutTo256CharactersWithoutControlCharacters() throws IOException {
        assertThat(userAgent("User-Agent: a\tb\u0085c\r\n")).isEqualTo("abc");
        assertThat(userAgent("User-Agent: " + "x".repeat(256) + "y\r\n")).isEqualTo("x".repeat(256));
        assertThat(userAgent("User-Agent: \t\r\n")).isNull();
        assertThat(userAgent("")).isNull();
    }

    @Test
    void noHeaderDecidesTheAddress() throws IOException {
        Map<String, @Nullable Object> event = signUp("X-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.7\r\n");
        assertThat(event.get("address")).isIn("127.0.0.1", "0:0:0:0:0:0:0:1", "::1");
    }

    private @Nullable Object userAgent(String header) throws IOException {
        return signUp(header).get("user_agent");
    }

    /** Signs up with these header fields, in Latin-1, and returns the event. */
    private Map<String, @Nullable Object> signUp(String headers) throws IOException {
        String username = "user-" + UUID.randomUUID();
        String body = Api.credentials(username, "a long enough password");
        String request =
                "POST /signup HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 201");
        }
        return sql.rows(
                        "SELECT audit_event.* FROM audit_event JOIN account ON account.id = account_id WHERE username = ?",
                        username)
                .getFirst();
    }
}
