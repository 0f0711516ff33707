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
