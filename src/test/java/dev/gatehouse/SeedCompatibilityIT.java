package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The seed's Python libraries (PyJWT and passlib) read what the service makes, and the other way round. */
@Tag("tools")
class SeedCompatibilityIT {
    private static final Path SCRIPT = Path.of("src", "test", "scripts", "seed_compatibility.py");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final List<String> PASSWORDS = List.of(
            "SpongePassword",
            "p\u00e4ssw\u00f6rd \uFB01\u00b2",
            "x".repeat(72),
            "x".repeat(73),
            "\u043f\u0430\u0440\u043e\u043b\u044c".repeat(40));

    @Test
    void tokensAndHashesAreExchangedWithTheSeedsLibraries() throws Exception {
        Optional<String> python = pythonWithTheSeedsLibraries();
        Tools.assumePresent("a python3 with jwt, passlib and bcrypt", python.isPresent());
        String url = TestPostgres.newDatabase();
        try (PackagedService service = PackagedService.ready(
                        url, Map.of("APP_SECRET_STRING", PackagedService.SECRET, "GATEHOUSE_PASSWORD_COST", "5"));
                Connection connection = DriverManager.getConnection(url)) {
            ObjectNode given = MAPPER.createObjectNode()
                    .put("secret", PackagedService.SECRET)
                    .put("username", "user0");
            for (int n = 0; n < PASSWORDS.size(); n++) {
                String password = PASSWORDS.get(n);
                assertThat(service.api().signUp("user" + n, password).status()).isEqualTo(201);
                given.withArray("hashes")
                        .addObject()
                        .put("password", password)
                        .put("hash", hash(connection, "user" + n));
                given.withArray("passwords").add(password);
            }
            given.put(
                    "token", service.api().login("user0", PASSWORDS.getFirst()).token());

            List<JsonNode> made = run(python.get(), given);

            assertThat(made).hasSize(8);
            for (int n = 0; n < made.size(); n++) {
                insert(connection, "foreign" + n, made.get(n).path("hash").asText());
                String password = made.get(n).path("password").asText();
                assertThat(service.api().login("foreign" + n, password).status())
                        .as(made.get(n).toString())
                        .isEqualTo(200);
                assertThat(service.api().login("foreign" + n, password + "x").status())
                        .isEqualTo(401);
            }
        }
    }

    private static Optional<String> pythonWithTheSeedsLibraries() {
        return Stream.of("/usr/bin/python3", "python3")
                .filter(python -> Tools.succeeds(python, "-c", "import jwt, passlib, bcrypt"))
                .findFirst();
    }

    private static List<JsonNode> run(String python, JsonNode given) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(python, SCRIPT.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (OutputStream input = process.getOutputStream()) {
            MAPPER.writeValue(input, given);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(output).readAll();
    }

    private static String hash(Connection connection, String username) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT password_hash FROM account WHERE username = ?")) {
            query.setString(1, username);
            try (ResultSet result = query.executeQuery()) {
                result.next();
                return result.getString(1);
            }
        }
    }

    private static void insert(Connection connection, String username, String hash) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO account (username, password_hash) VALUES (?, ?)")) {
            insert.setString(1, username);
            insert.setString(2, hash);
            insert.executeUpdate();
        }
    }
}
