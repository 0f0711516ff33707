package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.problem.Incidents;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a caller and an operator see of a fault that nobody foresaw. */
@QuarkusTest
class FaultsTest {
    /** A page that fails, where the gate lets any page through. */
    @Singleton
    static class FailingPage {
        void register(@Observes Router router) {
            router.get("/docs/failing").handler(context -> {
                throw new IllegalStateException("the cause");
            });
            router.get("/docs/refusing/:status").handler(context -> {
                context.response().putHeader("Content-Range", "bytes */5");
                context.fail(Integer.parseInt(context.pathParam("status")));
            });
        }
    }

    @Inject
    AgroalDataSource dataSource;

    private final List<LogRecord> logged = new ArrayList<>();
    private final Handler collector = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private Api api = new Api(0);

    @BeforeEach
    void collectIncidents() {
        api = new Api(RestAssured.port);
        Logger.getLogger(Incidents.class.getName()).addHandler(collector);
    }

    @AfterEach
    void stopCollecting() {
        Logger.getLogger(Incidents.class.getName()).removeHandler(collector);
    }

    @Test
    void aFaultOfACallIs500WithAnIncidentThatStandsInTheLog() throws SQLException {
        execute("ALTER TABLE account RENAME TO account_away");
        try {
            assertIncident(api.login("somebody", "a long enough password"), "account");
        } finally {
            execute("ALTER TABLE account_away RENAME TO account");
        }
    }

    @Test
    void aFaultOutsideTheResourcesIsAnsweredAlike() {
        assertIncident(api.call("GET", "/docs/failing").send(), "the cause");
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid-request",
        "401, not-authenticated",
        "403, forbidden",
        "404, not-found",
        "405, method-not-allowed",
        "406, not-acceptable",
        "408, request-timeout",
        "409, about:blank",
        "412, about:blank",
        "413, too-large",
        "415, unsupported-media-type",
        "416, about:blank",
        "417, about:blank",
        "422, about:blank",
        "429, too-many-attempts",
        "431, about:blank",
        "451, about:blank",
        "499, about:blank",
        "501, about:blank",
        "503, about:blank",
        "599, about:blank"
    })
    void aRefusalByStatusOutsideTheResourcesKeepsItsStatus(int status, String type) {
        Answer answer = api.call("GET", "/docs/refusing/" + status).send();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.problem()).isEqualTo(type);
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.header("Content-Range")).isEqualTo("bytes */5");
        assertThat(answer.header("WWW-Authenticate").isEmpty()).isEqualTo(status != 401);
        assertThat(answer.header("Retry-After")).isEqualTo(status == 429 || status == 503 ? "1" : "");
        assertThat(logged).isEmpty();
    }

    private void assertIncident(Answer answer, String cause) {
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.problem()).isEqualTo("internal-error");
        assertThat(answer.json().path("detail").asText()).isEqualTo("Internal error");
        assertThat(answer.text())
                .doesNotContain(cause)
                .doesNotContain("Exception")
                .doesNotContain("SELECT");
        String incident = answer.json().path("incident").asText();
        assertThat(incident).isNotBlank();
        assertThat(logged).singleElement().satisfies(record -> {
            assertThat(record.getMessage()).contains(incident);
            assertThat(record.getThrown()).hasStackTraceContaining(cause);
        });
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
