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
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
    void itsStatementsEndSessionsAndTheServiceLearnsOfIt() throws SQLException {
        Api api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        List<String> ofAnAccount = OperationsDocument.statements("BEGIN;\nSELECT id FROM account");
        List<String> afterRestoring = OperationsDocument.statements("UPDATE session");
        assertThat(ofAnAccount).hasSize(1);
        assertThat(afterRestoring).hasSize(1);
        for (String statement : List.of(ofAnAccount.getFirst(), afterRestoring.getFirst())) {
            Answer login = api.login(username, PASSWORD);
            run(statement.replace("flyingsponge", username));
            assertThat(api.refresh(login.refreshToken()).problem()).isEqualTo("session-ended");
            Await.until(() -> api.secret(login.token()).status() != 200);
        }
    }

    private void run(String statements) throws SQLException {
        try (Connection connection = sql.open();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }
}
