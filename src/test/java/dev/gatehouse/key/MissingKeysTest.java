package dev.gatehouse.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Await;
import dev.gatehouse.Sql;
import dev.gatehouse.database.OwnConnections;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What callers see while there is no key to make tokens with. */
@QuarkusTest
class MissingKeysTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    ServiceKeys serviceKeys;

    @Inject
    OwnConnections connections;

    @Inject
    Sql sql;

    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void signUp() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
    }

    /** The keys are read again each second, by one thread at a time: not while this one holds the serviceKeys. */
    private void assertStartingWithoutKeys(Supplier<Answer> call) {
        String before = sessions();
        ServiceKeys held = serviceKeys;
        synchronized (held) {
            // A key that a replica knows it keeps, however it is encrypted afterwards.
            held.take(new ServiceKeyTable.Reading(List.of(), List.of(), Instant.EPOCH));
            held.take(encrypted());
            Answer answer = call.get();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.problem()).isEqualTo("starting");
            assertThat(answer.header("Retry-After")).isEqualTo("1");
        }
        assertThat(sessions()).isEqualTo(before);
    }

    /** As a replica finds it that cannot decrypt what the others have made. */
    private ServiceKeyTable.Reading encrypted() {
        try (Connection connection = connections.open()) {
            ServiceKeyTable.Reading reading = ServiceKeyTable.read(connection);
            List<ServiceKey> keys = reading.keys().stream()
                    .map(key -> new ServiceKey(
                            key.id(),
                            key.purpose(),
                            key.algorithm(),
                            key.publicKey(),
                            key.material(),
                            "another",
                            key.createdAt(),
                            key.signsFrom(),
                            key.stoppedAt()))
                    .toList();
            return new ServiceKeyTable.Reading(keys, List.of(), reading.now());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aSessionIsNeitherBegunNorRefreshed() {
        Answer login = api.login(username, PASSWORD);
        assertStartingWithoutKeys(() -> api.refresh(login.refreshToken()));
        assertStartingWithoutKeys(() -> api.login(username, PASSWORD));
        assertStartingWithoutKeys(() -> api.changePassword(login.token(), PASSWORD, "another long password"));
        Await.until(() -> serviceKeys.keys().signing() != null);
        assertThat(api.refresh(login.refreshToken()).status()).isEqualTo(200);
    }

    private String sessions() {
        return sql.rows("SELECT id, generation, ended_at FROM session WHERE subject = ?", username)
                .toString();
    }
}
