package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Guessing from many addresses, which a trusted proxy tells, against two packaged replicas by turns. What was checked is what
 * was answered 401; what was not is 429. What is 503 is tried again. On a busy machine it may have been counted before: so the rows say
 * how many were.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackIT {
    /** A short form; docs/CONTRIBUTING.md has the command for ten thousand. */
    private static final int GUESSES = Integer.getInteger("guesses", 600);

    private static final int AT_ONCE = 32;
    private static final String PASSWORD = "a long enough password";
    private static final String OWNERS_ADDRESS = "203.0.113.1";
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "GATEHOUSE_PASSWORD_COST", "4",
            "GATEHOUSE_THROTTLE_LONGEST_WAIT", "PT1H",
            "GATEHOUSE_THROTTLE_FIRST_WAIT", "PT1H",
            "QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING", "true",
            "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", "127.0.0.1,::1/128");

    private final String url = TestPostgres.newDatabase();
    private final Sql sql = Sql.of(url);
    private List<PackagedService> replicas = List.of();

    @BeforeAll
    void start() {
        replicas = startedReplicas();
        assertThat(replicas.getFirst().api().signUp("owner", PASSWORD).status()).isEqualTo(201);
    }

    private List<PackagedService> startedReplicas() {
        return Stream.of(1, 2)
                .parallel()
                .map(n -> PackagedService.ready(url, ENVIRONMENT))
                .toList();
    }

    @AfterAll
    void stop() {
        replicas.forEach(PackagedService::close);
    }

    @BeforeEach
    void theOwnerHasLoggedInBefore() {
        sql.update("DELETE FROM throttle_bucket");
        assertThat(login(0, "owner", PASSWORD, OWNERS_ADDRESS).status()).isEqualTo(200);
    }

    private Answer login(int n, String name, String password, String address) {
        return replicas.get(n % replicas.size())
                .api()
                .call("POST", "/login")
                .header("X-Forwarded-For", address)
                .json(Api.credentials(name, password))
                .send();
    }

    /** Makes the guesses, so many at once, and returns how many of them were checked. */
    private long checked(int guesses, int atOnce, IntFunction<Answer> guess) {
        Semaphore free = new Semaphore(atOnce);
        try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Integer>> statuses = IntStream.range(0, guesses)
                    .mapToObj(n -> CompletableFuture.supplyAsync(
                            () -> {
                                free.acquireUninterruptibly();
                                try {
                                    return Api.patiently(() -> guess.apply(n)).status();
                                } finally {
                                    free.release();
                                }
                            },
                            attackers))
                    .toList();
            List<Integer> all = statuses.stream().map(CompletableFuture::join).toList();
            assertThat(all).containsOnly(401, 429);
            return all.stream().filter(status -> status == 401).count();
        }
    }

    /** Logs the owner in again and again until the attack is over, and lets none be refused. */
    private long withTheOwnerLoggingIn(String address, LongSupplier attack) {
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService owner = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Integer> logins = CompletableFuture.supplyAsync(
                    () -> {
                        int count = 0;
                        while (!over.get()) {
                            int n = count++;
                            assertThat(Api.patiently(() -> login(n, "owner", PASSWORD, address))
                                            .status())
                                    .isEqualTo(200);
                        }
                        return count;
                    },
                    owner);
            try {
                return attack.getAsLong();
            } finally {
                over.set(true);
                assertThat(logins.join()).isPositive();
            }
        }
    }

    @Test
    void ofGuessesFromManyAddressesAtOneNameAHundredAreChecked() {
        long checked = withTheOwnerLoggingIn(
                OWNERS_ADDRESS, () -> checked(GUESSES, AT_ONCE, n -> login(n, "owner", "guess-" + n, address(n))));
        assertThat(checked).isPositive().isLessThanOrEqualTo(100);
        assertThat(sql.number(
                        "SELECT failures + under_way + under_way_before FROM throttle_bucket WHERE kind = 'name'"))
                .isEqualTo(100);
        assertThat(login(0, "owner", PASSWORD, "198.51.100.1").status()).isEqualTo(429);
    }

    @Test
    void ofGuessesFromOneAddressAtManyNamesAHundredAndThoseUnderWayAreChecked() {
        long checked = withTheOwnerLoggingIn(
                OWNERS_ADDRESS, () -> checked(GUESSES, AT_ONCE, n -> login(n, "name-" + n, "a guess", OWNERS_ADDRESS)));
        long counted = sql.number("SELECT count(*) FROM throttle_bucket WHERE kind = 'pair' AND failures > 0");
        assertThat(counted).isBetween(100L, 100L + AT_ONCE);
        assertThat(checked).isPositive().isLessThanOrEqualTo(counted);
    }

    /** The 5 that are free, the one that somebody then waits for, and the 10 that may be under way beside them. */
    @Test
    void ofFourHundredGuessesAtOnceAtMostSixteenAreChecked() {
        assertThat(checked(400, 400, n -> login(n, "owner", "guess-" + n, "198.51.100.1")))
                .isBetween(6L, 16L);
        assertThat(login(0, "owner", PASSWORD, OWNERS_ADDRESS).status()).isEqualTo(200);
    }

    @Test
    void countersSurviveARestartOfAllReplicas() {
        checked(20, 1, n -> login(n, "owner", "guess-" + n, "198.51.100.1"));
        replicas.forEach(PackagedService::close);
        replicas = startedReplicas();
        assertThat(login(0, "owner", PASSWORD, "198.51.100.1").status()).isEqualTo(429);
        assertThat(login(1, "owner", PASSWORD, "198.51.100.1").status()).isEqualTo(429);
        assertThat(login(0, "owner", PASSWORD, OWNERS_ADDRESS).status()).isEqualTo(200);
    }

    /** An IPv4 address for each number, and none of the owner's network. */
    private static String address(int n) {
        return "10." + n / 62_500 + "." + n / 250 % 250 + "." + (1 + n % 250);
    }
}
