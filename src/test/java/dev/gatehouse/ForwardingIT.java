package dev.gatehouse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packaged service makes of damaged fields of a proxy, from a trusted peer and from others. */
class ForwardingIT {
    private static final String BODY = Api.credentials("nobody", "a long enough password");

    /** Fields that any client can have a proxy pass on, for example behind nginx' {@code $proxy_add_x_forwarded_for}. */
    private static final List<String> DAMAGED = List.of(
            "X-Forwarded-For: , 203.0.113.7",
            "X-Forwarded-For:",
            "X-Forwarded-For: ,",
            "X-Forwarded-For: :80",
            "X-Forwarded-For: :80, 203.0.113.7",
            "X-Forwarded-For: 1.2.3.4:x, 203.0.113.7",
            "X-Forwarded-For: 1.2.3.4:99999, 203.0.113.7",
            "X-Forwarded-For: [::1]:, 203.0.113.7",
            "X-Forwarded-For: []:80",
            "X-Forwarded-For: \" , ' OR 1=1",
            "X-Forwarded-For: \u00e4",
            "X-Forwarded-For:\r\nX-Forwarded-For: 203.0.113.7",
            "X-Forwarded-For: " + "1.1.1.1,".repeat(1000),
            "X-Forwarded-Port: x",
            "X-Forwarded-Port: 99999999999",
            "X-Forwarded-Port: -1",
            "X-Forwarded-Port:",
            "X-Forwarded-Proto:",
            "X-Forwarded-Proto: javascript",
            "X-Forwarded-Proto: https://x",
            "X-Forwarded-Proto: ,",
            "X-Forwarded-Host:",
            "X-Forwarded-Host: :x",
            "X-Forwarded-Host: a b",
            "X-Forwarded-Prefix: %zz",
            "X-Forwarded-Prefix: " + "/a".repeat(4000),
            "X-Forwarded-Host: _" + "a".repeat(8000),
            "X-Forwarded-For: " + "1".repeat(8000),
            "Forwarded: for=\"" + "\\a".repeat(4000) + "\"",
            "X-Forwarded-Ssl: on\r\nX-Forwarded-Port: x",
            "X-Forwarded-Trusted-Proxy: true",
            "Forwarded: for=",
            "Forwarded: for=\":80\"",
            "Forwarded: for=;proto=;host=",
            "Forwarded: proto=x;host=\"a b\";for=_",
            "Forwarded: for=\"[::1]:x\"",
            "Forwarded:",
            "Forwarded: ,;=\"");

    @ParameterizedTest
    @ValueSource(strings = {"trusted", "trusted-forwarded", "untrusted", "nobody-trusted", "off"})
    void everyDamagedFieldIsAnsweredAndNothingIsLogged(String mode) throws IOException {
        Map<String, String> settings = switch (mode) {
            case "trusted" -> forwarding("127.0.0.0/8", "false");
            case "trusted-forwarded" -> forwarding("127.0.0.0/8", "true");
            case "untrusted" -> forwarding("10.0.0.1", "false");
            case "nobody-trusted" -> Map.of("QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING", "true");
            default -> Map.of();
        };
        try (PackagedService service = PackagedService.ready(TestPostgres.newDatabase(), settings)) {
            for (String field : DAMAGED) {
                try (Socket socket = new Socket("localhost", service.port())) {
                    socket.setSoTimeout(3000);
                    String head = " HTTP/1.1\r\nHost: localhost\r\n" + field + "\r\n";
                    socket.getOutputStream()
                            .write(("GET /notsecret" + head + "\r\nPOST /login" + head
                                            + "Connection: close\r\nContent-Type: application/json\r\nContent-Length: "
                                            + BODY.length() + "\r\n\r\n" + BODY)
                                    .getBytes(ISO_8859_1));
                    assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                            .as(field)
                            .startsWith("HTTP/1.1 200 ")
                            .containsPattern("HTTP/1\\.1 (401|429) ");
                }
            }
            assertThat(service.log()).doesNotContain("ERROR", "ForwardedParser", "X-FORWARDED", "Exception");
        }
    }

    private static Map<String, String> forwarding(String proxies, String forwarded) {
        return Map.of(
                "QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING", "true",
                "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", proxies,
                "QUARKUS_HTTP_PROXY_ALLOW_FORWARDED", forwarded,
                "QUARKUS_HTTP_PROXY_ENABLE_FORWARDED_HOST", "true",
                "QUARKUS_HTTP_PROXY_ENABLE_FORWARDED_PREFIX", "true",
                "GATEHOUSE_PASSWORD_COST", "4");
    }

    @Test
    void theClientIsWhatTheTrustedPartOfTheListSays() {
        Map<String, String> clients = Map.of(
                ", 203.0.113.7", "203.0.113.7",
                ":80, 203.0.113.8", "203.0.113.8",
                "1.2.3.4:x, 203.0.113.9", "203.0.113.9",
                "203.0.113.10, 127.0.0.9", "203.0.113.10",
                "203.0.113.11:4711", "203.0.113.11",
                "127.0.0.9", "127.0.0.9",
                "", "unknown",
                ",", "unknown",
                ":80", "unknown");
        String database = TestPostgres.newDatabase();
        try (PackagedService service = PackagedService.ready(database, forwarding("127.0.0.0/8", "false"))) {
            clients.keySet()
                    .forEach(field -> service.api()
                            .call("POST", "/signup")
                            .json(Api.credentials("somebody" + clients.get(field), "a long enough password"))
                            .header("X-Forwarded-For", field)
                            .send());
        }
        assertThat(Sql.of(database).rows("SELECT DISTINCT address FROM audit_event"))
                .extracting(row -> row.get("address"))
                .containsExactlyInAnyOrderElementsOf(Set.copyOf(clients.values()));
    }
}
