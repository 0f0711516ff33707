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
    void aUserAgentInUtf8IsReadAsSuchAndAnyOtherAsLatin1() throws IOException {
        assertThat(userAgent("User-Agent: " + utf8("J\u00fcrgens \u624b\u673a \ud83d\ude00/1") + "\r\n"))
                .isEqualTo("J\u00fcrgens \u624b\u673a \ud83d\ude00/1");
        assertThat(userAgent("User-Agent: J\u00fcrgens/1\r\n")).isEqualTo("J\u00fcrgens/1");
        assertThat(userAgent("User-Agent: " + utf8("\ud83d\ude00".repeat(300)) + "\r\n"))
                .isEqualTo("\ud83d\ude00".repeat(256));
    }

    /** Its bytes, as characters of Latin-1. */
    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Test
    void noHeaderDecidesTheAddress() throws IOException {
        Map<String, @Nullable Object> event = signUp("X-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.7\r\n");
        assertThat(event.get("address")).isIn("127.0.0.1", "::1");
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
