package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Sql;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The statements that docs/operations.md tells an operator to run do what it says. */
@QuarkusTest
class OperationsDocumentTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    Sql sql;

    private final String username = "user-" + UUID.randomUUID();

    @Test
    void itsStatementsEndSessionsAndTheServiceLearnsOfIt() throws IOException {
        Api api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        List<String> statements = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("docs", "operations.md")))
                .results()
                .map((MatchResult block) -> block.group(1))
                .filter(statement -> statement.startsWith("UPDATE session"))
                .map(statement -> statement.replace("flyingsponge", username))
                .toList();
        assertThat(statements).hasSize(2);
        for (String statement : statements) {
            Answer login = api.login(username, PASSWORD);
            assertThat(sql.update(statement)).isPositive();
            assertThat(api.refresh(login.refreshToken()).problem()).isEqualTo("session-ended");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (api.secret(login.token()).status() == 200) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
    }
}
