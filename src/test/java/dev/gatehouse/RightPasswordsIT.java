package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many logins of one account at once with the right password, on two replicas, which may be configured with different costs and then
 * rewrite each other's hash.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RightPasswordsIT {
    private static final String PASSWORD = "a long enough password";

    private final String url = TestPostgres.newDatabase();
    private final Sql sql = Sql.of(url);
    private List<PackagedService> replicas = List.of();

    @BeforeAll
    void start() {
        replicas = List.of(replica("4"), replica("5"));
        assertThat(replicas.getFirst().api().signUp("owner", PASSWORD).status()).isEqualTo(201);
    }

    private PackagedService replica(String cost) {
        return PackagedService.ready(
                url,
                Map.of(
                        "GATEHOUSE_PASSWORD_COST", cost,
                        "QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING", "true",
                        "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", "127.0.0.1,::1/128"));
    }

    @AfterAll
    void stop() {
        replicas.forEach(PackagedService::close);
    }

    @BeforeEach
    void forgetNetworks() {
        sql.update("DELETE FROM throttle_bucket");
    }

    private Answer login(int n, int networks) {
        return replicas.get(n % replicas.size())
                .api()
                .call("POST", "/login")
                .header("X-Forwarded-For", "198.51.100." + (1 + n % networks))
                .json(Api.credentials("owner", PASSWORD))
                .send();
    }

    @ParameterizedTest
    @CsvSource({"10, 1", "50, 1", "200, 1", "10, 10", "50, 50", "200, 200"})
    void nobodyFailsAndNobodyIsToldToWait(int logins, int networks) {
        List<Answer> answers = atOnce(logins, n -> login(n, networks));
        assertThat(answers).extracting(Answer::status).isSubsetOf(200, 503).contains(200);
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 503)
                .allSatisfy(answer -> assertThat(answer.header("Retry-After")).isNotEmpty());
        assertThat(sql.number(
                        "SELECT count(*) FROM audit_event WHERE event NOT IN ('signup', 'login', 'session_displaced')"))
                .isZero();
        Await.until(
                () -> sql.number("SELECT COALESCE(sum(failures + under_way + under_way_before), 0) FROM throttle_bucket"
                                + " WHERE kind NOT LIKE 'signup%'")
                        == 0);
    }

    private static <T> List<T> atOnce(int calls, IntFunction<T> call) {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<T>> answers = IntStream.range(0, calls)
                    .mapToObj(n -> CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    start.await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                                return call.apply(n);
                            },
                            callers))
                    .toList();
            start.countDown();
            return answers.stream().map(CompletableFuture::join).toList();
        }
    }
}
