package dev.gatehouse.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Await;
import dev.gatehouse.LogLines;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a fault of a feature does to the others, while the database answers. */
@QuarkusTest
class DatabaseObserversTest {
    private static final Sql PROCESS = Sql.of("SELECT pg_backend_pid()");

    @Inject
    Database database;

    @Inject
    FailingObserver observer;

    @Inject
    AgroalDataSource pool;

    /** Fails as often as a test asks for. */
    @Singleton
    static class FailingObserver {
        private final AtomicInteger failures = new AtomicInteger();

        void follow(@Observes Database.Probed probe) {
            if (failures.get() > 0) {
                failures.decrementAndGet();
                throw new IllegalStateException("an observer of the tests");
            }
        }
    }

    private int process() {
        return PROCESS.on(pool).first(row -> row.getInt(1)).orElseThrow();
    }

    @Test
    void anObserverThatThrowsIsLoggedOnceAndIsNoOutage() {
        Await.until(database::isAnswering);
        int before = process();
        try (LogLines lines = LogLines.warningsOf(Database.class)) {
            observer.failures.set(3);
            Await.until(() -> {
                assertThat(database.isAnswering()).isTrue();
                return observer.failures.get() == 0;
            });
            assertThat(process()).as("the only connection of the pool").isEqualTo(before);
            assertThat(lines.all()).hasSize(1);
            assertThat(lines.all().getFirst()).contains("probe=failed").contains("an observer of the tests");
        }
    }
}
