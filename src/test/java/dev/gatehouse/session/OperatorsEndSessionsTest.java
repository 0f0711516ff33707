package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Await;
import dev.gatehouse.OperationsDocument;
import dev.gatehouse.Sql;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The statements that docs/operations.md tells an operator to run do what it says. */
@QuarkusTest
class OperatorsEndSessionsTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    Sql sql;

    private final String username = "user-" + UUID.randomUUID();

    @Test
    void itsStatementsEndSessionsAndTheServiceLearnsOfIt() {
        Api api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        List<String> statements = OperationsDocument.statements("UPDATE session").stream()
                .map(statement -> statement.replace("flyingsponge", username))
                .toList();
        assertThat(statements).hasSize(2);
        for (String statement : statements) {
            Answer login = api.login(username, PASSWORD);
            assertThat(sql.update(statement)).isPositive();
            assertThat(api.refresh(login.refreshToken()).problem()).isEqualTo("session-ended");
            Await.until(() -> api.secret(login.token()).status() != 200);
        }
    }
}
