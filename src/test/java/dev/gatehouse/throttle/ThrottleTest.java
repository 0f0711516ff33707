package dev.gatehouse.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.Await;
import dev.gatehouse.OperationsDocument;
import dev.gatehouse.RefusedWrites;
import dev.gatehouse.Sql;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.database.DatabaseException;
import dev.gatehouse.database.TestConnections;
import dev.gatehouse.key.NameHashes;
import dev.gatehouse.problem.NotReadyException;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which attempts may be made, on the real table. Time passes as its rows grow older. */
@QuarkusTest
class ThrottleTest {
    private static final String HERE = "192.0.2.1";
    private static final String NAME = "somebody";
    private static final String UNDER_WAY = "SELECT under_way FROM throttle_bucket WHERE kind = 'network'";

    @Inject
    AgroalDataSource onlyOne;

    @Inject
    NameHashes hashes;

    @Inject
    AuditLog auditLog;

    @Inject
    Sql sql;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private AgroalDataSource dataSource;
    private AttemptSettler settler;
    private Throttle throttle;

    @BeforeEach
    void empty() {
        awaitKeys();
        dataSource = TestConnections.pool(onlyOne, 16);
        settler = new AttemptSettler(new ThrottleTable(dataSource, hashes), new Defaults(), meters);
        throttle = replica();
        sql.update("DELETE FROM throttle_bucket");
        awaitAWholeTest();
    }

    /** Attempts under way are counted by periods of two minutes of the database's clock. No test may begin in one and end in the next. */
    private void awaitAWholeTest() {
        Await.until(() -> sql.number("SELECT CAST(extract(epoch FROM clock_timestamp()) AS bigint) % 120") < 110);
    }

    /** The service may have just been started. */
    private void awaitKeys() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                hashes.hash("");
                return;
            } catch (NotReadyException e) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
    }

    @AfterEach
    void disconnect() throws InterruptedException {
        settler.stop();
        dataSource.close();
    }

    private Throttle replica() {
        ThrottleTable table = new ThrottleTable(dataSource, hashes);
        return new Throttle(new Defaults(), table, settler, auditLog, meters);
    }

    /** The settings' defaults. */
    private record Defaults() implements ThrottleConfig {
        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public int nameLimit() {
            return 100;
        }

        @Override
        public int free() {
            return 5;
        }

        @Override
        public int networkLimit() {
            return 100;
        }

        @Override
        public int siteLimit() {
            return 500;
        }

        @Override
        public int signupLimit() {
            return 500;
        }

        @Override
        public int ownLimit() {
            return 10;
        }

        @Override
        public Duration firstWait() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration longestWait() {
            return Duration.ofMinutes(15);
        }

        @Override
        public Duration decay() {
            return Duration.ofHours(1);
        }

        @Override
        public Duration knownFor() {
            return Duration.ofDays(30);
        }
    }

    private static Client client(String address) {
        return new Client(address, Optional.empty());
    }

    private void pass(Duration time) {
        String columns = Stream.of("counted_at", "blocked_until", "known_until", "expires_at", "audited_at")
                .map(column -> column + " = " + column + " - CAST('" + time + "' AS interval)")
                .collect(Collectors.joining(", "));
        sql.update("UPDATE throttle_bucket SET period = period - ?, " + columns, time.toSeconds() / 120);
    }

    private ReservationOutcome reserve(String name, String address) {
        return throttle.reserveLogin(name, Optional.empty(), client(address));
    }

    /** Tries once; false when that was refused. */
    private boolean tries(String name, String address, AttemptOutcome outcome) {
        return settles(reserve(name, address), outcome);
    }

    private boolean settles(ReservationOutcome attempt, AttemptOutcome outcome) {
        boolean allowed = settlesNow(attempt, outcome);
        awaitSettled();
        return allowed;
    }

    private boolean settlesNow(ReservationOutcome attempt, AttemptOutcome outcome) {
        if (attempt instanceof ReservationOutcome.Allowed(Reservation reservation)) {
            throttle.settle(reservation, outcome);
            return true;
        }
        return false;
    }

    /** What has no outcome is given back by a thread of its own. */
    private void awaitSettled() {
        Await.until(() -> meters.get("gatehouse.throttle.unsettled").gauge().value() == 0);
    }

    private boolean fails(String name, String address) {
        return tries(name, address, AttemptOutcome.FAILED);
    }

    private static <T> List<T> atOnce(int calls, IntFunction<T> call) {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            return IntStream.range(0, calls)
                    .mapToObj(n -> CompletableFuture.supplyAsync(() -> call.apply(n), callers))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();
        }
    }

    private static Duration retryAfter(ReservationOutcome attempt) {
        return attempt instanceof ReservationOutcome.Blocked(Duration wait) ? wait : Duration.ZERO;
    }

    private static String address(int n) {
        return "198.51." + n / 250 + "." + (1 + n % 250);
    }

    @Test
    void afterFiveFailuresEachFurtherOneDoublesTheWait() {
        for (int n = 0; n < 6; n++) {
            assertThat(fails(NAME, HERE)).isTrue();
        }
        for (Duration wait = Duration.ofSeconds(1);
                wait.compareTo(Duration.ofMinutes(15)) < 0;
                wait = wait.multipliedBy(2)) {
            assertThat(retryAfter(reserve(NAME, HERE))).isBetween(wait.minusMillis(500), wait);
            pass(wait);
            assertThat(fails(NAME, HERE)).isTrue();
        }
        assertThat(retryAfter(reserve(NAME, HERE))).isBetween(Duration.ofSeconds(895), Duration.ofMinutes(15));
    }

    /** The longer of what both ask for. */
    @Test
    void whoIsAtTheLimitIsToldTheTimeToTheNextAttempt() {
        for (int n = 0; n < 100; n++) {
            sql.update("UPDATE throttle_bucket SET blocked_until = NULL");
            tries(NAME, HERE, n == 0 ? AttemptOutcome.SUCCEEDED : AttemptOutcome.FAILED);
        }
        sql.update("UPDATE throttle_bucket SET blocked_until = NULL");
        assertThat(fails(NAME, HERE)).isTrue();
        assertThat(retryAfter(reserve(NAME, HERE))).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
    }

    /** The 5 that are free, the one that somebody then waits for, and the room; fewer where the first fail before the last begin. */
    @Test
    void ofFourHundredGuessesAtOnceAtMostSixteenAreMade() {
        List<Boolean> made = atOnce(400, n -> settlesNow(reserveWhenThereIsAPlace(NAME, HERE), AttemptOutcome.FAILED));
        assertThat(made).filteredOn(one -> one).hasSizeBetween(6, 16);
        assertThat(reserve(NAME, HERE)).isInstanceOf(ReservationOutcome.Blocked.class);
    }

    private ReservationOutcome reserveWhenThereIsAPlace(String name, String address) {
        ReservationOutcome attempt = reserve(name, address);
        while (attempt instanceof ReservationOutcome.Crowded) {
            attempt = reserve(name, address);
        }
        return attempt;
    }

    @Test
    void whoFindsAllPlacesTakenIsNotRefusedAsLongAsNobodyFails() {
        List<ReservationOutcome> underWay = atOnce(40, n -> reserve(NAME, HERE));
        assertThat(underWay)
                .filteredOn(ReservationOutcome.Allowed.class::isInstance)
                .hasSize(16);
        assertThat(underWay)
                .filteredOn(ReservationOutcome.Crowded.class::isInstance)
                .hasSize(24);
        underWay.forEach(attempt -> settlesNow(attempt, AttemptOutcome.SUCCEEDED));
        assertThat(reserve(NAME, HERE)).isInstanceOf(ReservationOutcome.Allowed.class);
        assertThat(sql.number("SELECT failures FROM throttle_bucket WHERE kind = 'pair'"))
                .isZero();
    }

    @Test
    void afterTheFreeFailuresOneAttemptAtATimeIsMade() {
        IntStream.range(0, 6).forEach(n -> fails(NAME, HERE));
        pass(Duration.ofSeconds(1));
        List<ReservationOutcome> attempts = atOnce(20, n -> reserve(NAME, HERE));
        assertThat(attempts)
                .filteredOn(ReservationOutcome.Allowed.class::isInstance)
                .hasSize(1);
        assertThat(attempts)
                .filteredOn(ReservationOutcome.Crowded.class::isInstance)
                .hasSize(19);
    }

    @Test
    void failuresAndAttemptsUnderWayTogetherStayWithinTheNamesTotal() {
        IntStream.range(0, 60).forEach(n -> fails(NAME, address(n)));
        List<ReservationOutcome> attempts = atOnce(100, n -> reserve(NAME, address(100 + n)));
        assertThat(attempts)
                .filteredOn(ReservationOutcome.Allowed.class::isInstance)
                .hasSize(40);
        assertThat(attempts)
                .filteredOn(ReservationOutcome.Crowded.class::isInstance)
                .hasSize(60);
    }

    @Test
    void anAttemptThatIsGivenUpLeavesALaterBlock() {
        ReservationOutcome givenUp = reserve(NAME, HERE);
        IntStream.range(0, 6).forEach(n -> fails(NAME, HERE));
        assertThat(settles(givenUp, AttemptOutcome.NONE)).isTrue();
        assertThat(retryAfter(reserve(NAME, HERE))).isBetween(Duration.ofMillis(1), Duration.ofSeconds(1));
    }

    @Test
    void anAttemptThatFailsDoesNotShortenABlock() {
        IntStream.range(0, 5).forEach(n -> fails(NAME, HERE));
        List<ReservationOutcome> underWay =
                IntStream.range(0, 11).mapToObj(n -> reserve(NAME, HERE)).toList();
        underWay.forEach(attempt -> settlesNow(attempt, AttemptOutcome.FAILED));
        Duration longest = retryAfter(reserve(NAME, HERE));
        ReservationOutcome another = reserve(NAME, "203.0.113.9");
        assertThat(settles(another, AttemptOutcome.SUCCEEDED)).isTrue();
        assertThat(longest).isBetween(Duration.ofMinutes(14), Duration.ofMinutes(15));
        assertThat(retryAfter(reserve(NAME, HERE))).isBetween(Duration.ofMinutes(14), longest);
    }

    @Test
    void anAttemptWhoseEndIsNeverSaidBecomesAFailure() {
        List<ReservationOutcome> lost =
                IntStream.range(0, 7).mapToObj(n -> reserve(NAME, HERE)).toList();
        pass(Duration.ofMinutes(6)); // The block of 2 s that it sets is over.
        assertThat(fails(NAME, HERE)).isTrue();
        assertThat(sql.rows("SELECT failures FROM throttle_bucket ORDER BY kind")
                        .toString())
                .isEqualTo("[{failures=8}, {failures=1}, {failures=8}]");
        pass(Duration.ofSeconds(4));
        lost.forEach(attempt -> throttle.settle(sixMinutesOlder(attempt), AttemptOutcome.NONE));
        awaitSettled();
        assertThat(sql.rows("SELECT failures FROM throttle_bucket ORDER BY kind")
                        .toString())
                .isEqualTo("[{failures=1}, {failures=1}, {failures=1}]");
    }

    private static Reservation sixMinutesOlder(ReservationOutcome attempt) {
        Reservation made = reservation(attempt);
        return new Reservation(made.buckets(), made.account(), made.period() - 3);
    }

    /** Said twice, the end of one attempt leaves the failures of others; and a failure counts, whoever has taken its place. */
    @Test
    void anEndThatIsSaidTwiceChangesNoFailureOfOthers() {
        fails(NAME, HERE);
        ReservationOutcome one = reserve(NAME, HERE);
        settles(one, AttemptOutcome.NONE);
        settles(one, AttemptOutcome.NONE);
        assertThat(sql.number("SELECT failures FROM throttle_bucket WHERE kind = 'pair'"))
                .isEqualTo(1);
        ReservationOutcome another = reserve(NAME, HERE);
        settles(one, AttemptOutcome.NONE);
        settles(another, AttemptOutcome.FAILED);
        assertThat(sql.number("SELECT failures FROM throttle_bucket WHERE kind = 'pair'"))
                .isEqualTo(2);
    }

    @Test
    void attemptsWhoseEndIsNeverSaidAreKeptAsLongAsFailures() {
        IntStream.range(0, 10).forEach(n -> reserve(NAME, HERE));
        pass(Duration.ofHours(3));
        new ThrottleTable(dataSource, hashes).sweep(500);
        assertThat(fails(NAME, HERE)).isTrue();
        assertThat(sql.number("SELECT failures FROM throttle_bucket WHERE kind = 'pair'"))
                .isBetween(8L, 9L);
    }

    /** A refusal reads the rows, and keeps none of them from others. */
    @Test
    void anAttemptThatIsRefusedWaitsForNoRow() throws SQLException {
        IntStream.range(0, 7).forEach(n -> fails(NAME, HERE));
        try (Connection operator = sql.open()) {
            operator.setAutoCommit(false);
            Sql.update(operator, "UPDATE throttle_bucket SET kind = kind");
            assertThat(reserve(NAME, HERE)).isInstanceOf(ReservationOutcome.Blocked.class);
        }
    }

    @Test
    void aBlockWithoutAnEndIsOne() {
        fails(NAME, HERE);
        sql.update("UPDATE throttle_bucket SET blocked_until = 'infinity' WHERE kind = 'pair'");
        for (int n = 0; n < 3; n++) {
            assertThat(reserve(NAME, HERE)).isInstanceOf(ReservationOutcome.Blocked.class);
        }
    }

    /** As someone may write who wants to block a name for ever, or by mistake. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "failures = 2147483647",
                "failures = -2147483648",
                "under_way = 2147483647, under_way_before = 2147483647",
                "under_way = -2147483648, failures = 2147483647",
                "failures = 2147483647, under_way_before = 2147483647, period = 0",
                "period = 9223372036854775807",
                "period = -900000000000000000",
                "counted_at = 'infinity'",
                "counted_at = '294276-12-31', failures = 2147483647",
                "counted_at = '-infinity'",
                "blocked_until = 'infinity', known_until = 'infinity', audited_at = 'infinity'",
                "blocked_until = '-infinity', known_until = '-infinity', audited_at = '-infinity'",
                "expires_at = 'infinity'"
            })
    void noNumberOrTimeThatAnOperatorWritesMakesAnAttemptFail(String change) {
        fails(NAME, HERE);
        sql.update("UPDATE throttle_bucket SET " + change);
        for (int n = 0; n < 3; n++) {
            ReservationOutcome attempt = reserve(NAME, HERE);
            assertThat(settlesNow(attempt, AttemptOutcome.FAILED))
                    .isEqualTo(attempt instanceof ReservationOutcome.Allowed);
        }
    }

    /** Some know whose name it is by now, and mark its rows. */
    @Test
    void refusalsAtOnceDoNotWaitForEachOtherForEver() {
        for (int round = 0; round < 40; round++) {
            String name = "name-" + round;
            IntStream.range(0, 100).forEach(n -> settlesNow(reserve(name, address(n)), AttemptOutcome.FAILED));
            sql.update("UPDATE throttle_bucket SET account_id = NULL, audited_at = NULL");
            Optional<UUID> account = Optional.of(UUID.randomUUID());
            List<ReservationOutcome> refusals = atOnce(
                    12,
                    n -> throttle.reserveLogin(name, n % 3 == 0 ? Optional.empty() : account, client(address(n % 4))));
            assertThat(refusals).allMatch(ReservationOutcome.Blocked.class::isInstance);
        }
    }

    @Test
    void whatTheDatabaseNeverTakesIsGivenUpAndKeepsNobodyElseWaiting() throws Throwable {
        AttemptSettler quick = new AttemptSettler(
                new ThrottleTable(dataSource, hashes), new Defaults(), meters, Duration.ofNanos(10_000));
        ReservationOutcome poison = throttle.reserveOwn(NAME, UUID.randomUUID(), client(HERE));
        ReservationOutcome harmless = reserve(NAME, HERE);
        RefusedWrites.during(sql, "OLD.kind = 'own'", () -> {
            IntStream.range(0, 50).forEach(n -> quick.later(reservation(poison), AttemptOutcome.NONE));
            quick.later(reservation(harmless), AttemptOutcome.NONE);
            Await.until(() -> sql.number("SELECT count(*) FROM throttle_bucket WHERE kind <> 'own'") == 0);
            Await.until(() -> quick.waiting() == 0);
        });
        assertThat(sql.number("SELECT under_way FROM throttle_bucket WHERE kind = 'own'"))
                .isEqualTo(1);
        quick.stop();
    }

    @Test
    void aStopEndsEveryWorkerHoweverMuchIsLeft() throws Throwable {
        ReservationOutcome attempt = reserve(NAME, HERE);
        RefusedWrites.during(sql, "true", () -> {
            IntStream.range(0, 300).forEach(n -> settler.later(reservation(attempt), AttemptOutcome.NONE));
            settler.stop();
            Await.until(() -> settler.waiting() == 0 && settler.working() == 0);
        });
    }

    private static Reservation reservation(ReservationOutcome attempt) {
        return ((ReservationOutcome.Allowed) attempt).reservation();
    }

    @Test
    void strangersShareAHundredFailuresForANameThenOneAnHour() {
        List<Boolean> allowed = atOnce(300, n -> fails(NAME, address(n)));
        assertThat(allowed).filteredOn(one -> one).hasSize(100);
        assertThat(retryAfter(reserve(NAME, address(400)))).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
        pass(Duration.ofHours(1).minusSeconds(30));
        assertThat(fails(NAME, address(401))).isFalse();
        pass(Duration.ofSeconds(30));
        assertThat(fails(NAME, address(402))).isTrue();
        assertThat(fails(NAME, address(403))).isFalse();
        assertThat(fails("another-name", address(404))).isTrue();
    }

    @Test
    void anOwnerOnAKnownNetworkIsNotStoppedByStrangersNorByNeighbours() {
        assertThat(tries(NAME, HERE, AttemptOutcome.SUCCEEDED)).isTrue();
        IntStream.range(0, 150).forEach(n -> fails(NAME, address(n)));
        IntStream.range(0, 150).forEach(n -> fails("name-" + n, HERE));
        assertThat(fails(NAME, "203.0.113.9")).isFalse();
        assertThat(fails("a-new-name", HERE)).isFalse();
        for (int n = 0; n < 20; n++) {
            assertThat(tries(NAME, HERE, AttemptOutcome.SUCCEEDED)).isTrue();
        }
        pass(Duration.ofDays(30));
        IntStream.range(0, 150).forEach(n -> fails(NAME, address(n)));
        assertThat(fails(NAME, HERE)).isFalse();
    }

    @Test
    void aKnownNetworkHasAHundredFailuresOfItsOwn() {
        tries(NAME, HERE, AttemptOutcome.SUCCEEDED);
        for (int n = 0; n < 100; n++) {
            sql.update("UPDATE throttle_bucket SET blocked_until = NULL");
            assertThat(fails(NAME, HERE)).isTrue();
        }
        sql.update("UPDATE throttle_bucket SET blocked_until = NULL");
        assertThat(fails(NAME, HERE)).isFalse();
        assertThat(fails(NAME, "203.0.113.9")).isTrue();
    }

    @Test
    void aSuccessResetsItsOwnRowAndNoOther() {
        for (int n = 0; n < 99; n++) {
            assertThat(fails("name-" + n, HERE)).isTrue();
        }
        for (int n = 0; n < 5; n++) {
            fails(NAME, "203.0.113.9");
        }
        assertThat(tries(NAME, HERE, AttemptOutcome.SUCCEEDED)).isTrue();
        assertThat(tries(NAME, "203.0.113.9", AttemptOutcome.SUCCEEDED)).isTrue();
        assertThat(sql.number(
                        "SELECT failures FROM throttle_bucket WHERE kind = 'network' ORDER BY failures DESC LIMIT 1"))
                .isEqualTo(99);
        assertThat(sql.rows("SELECT failures FROM throttle_bucket WHERE kind = 'name' AND failures > 1")
                        .toString())
                .isEqualTo("[{failures=5}]");
        assertThat(sql.number("SELECT count(*) FROM throttle_bucket WHERE kind = 'pair' AND known_until IS NOT NULL"
                        + " AND failures = 0"))
                .isEqualTo(2);
    }

    @Test
    void aNetworkHasRoomForAHundredUnderWayThatHaveNotFailed() {
        for (int n = 0; n < 100; n++) {
            assertThat(fails("name-" + n, HERE)).isTrue();
        }
        List<ReservationOutcome> underWay = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            underWay.add(reserve("other-" + n, HERE));
        }
        assertThat(underWay).allMatch(ReservationOutcome.Allowed.class::isInstance);
        assertThat(retryAfter(reserve("one-more", HERE))).isEqualTo(Duration.ofSeconds(1));
        assertThat(settles(underWay.getFirst(), AttemptOutcome.SUCCEEDED)).isTrue();
        assertThat(reserve("one-more", HERE)).isInstanceOf(ReservationOutcome.Allowed.class);
        assertThat(settles(underWay.getLast(), AttemptOutcome.FAILED)).isTrue();
        assertThat(retryAfter(reserve("yet-another", HERE))).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    @Test
    void whatADeadReplicaHadUnderWayIsForgotten() {
        IntStream.range(0, 300).forEach(n -> reserve("name-" + n, HERE));
        assertThat(reserve(NAME, HERE)).isInstanceOf(ReservationOutcome.Crowded.class);
        pass(Duration.ofMinutes(4));
        assertThat(reserve(NAME, HERE)).isInstanceOf(ReservationOutcome.Allowed.class);
    }

    /** Two minutes later, also when others have come and gone in between. */
    @Test
    void whatIsStillUnderWayStaysCounted() {
        List<ReservationOutcome> underWay = IntStream.range(0, 150)
                .mapToObj(n -> reserve("name-" + n, HERE))
                .toList();
        pass(Duration.ofMinutes(2));
        IntStream.range(0, 100).forEach(n -> tries("other-" + n, HERE, AttemptOutcome.NONE));
        assertThat(sql.number("SELECT under_way + under_way_before FROM throttle_bucket WHERE kind = 'network'"))
                .isEqualTo(150);
        assertThat(underWay).allMatch(ReservationOutcome.Allowed.class::isInstance);
    }

    @Test
    void onABusyNetworkItIsForgottenToo() {
        IntStream.range(0, 150).forEach(n -> reserve("name-" + n, HERE));
        for (int minute = 0; minute < 6; minute += 2) {
            pass(Duration.ofMinutes(2));
            assertThat(tries("busy-" + minute, HERE, AttemptOutcome.SUCCEEDED)).isTrue();
        }
        assertThat(sql.number("SELECT count(*) FROM throttle_bucket WHERE kind = 'network'"))
                .isZero();
    }

    @Test
    void beyondItsLimitLessAndLessMayBeUnderWay() {
        IntStream.range(0, 100).forEach(n -> fails("name-" + n, HERE));
        for (int n = 0; n < 3; n++) {
            sql.update("UPDATE throttle_bucket SET blocked_until = NULL");
            assertThat(fails("beyond-" + n, HERE)).isTrue();
        }
        sql.update("UPDATE throttle_bucket SET blocked_until = NULL");
        List<ReservationOutcome> attempts = new ArrayList<>();
        IntStream.range(0, 50).forEach(n -> attempts.add(reserve("other-" + n, HERE)));
        assertThat(attempts)
                .filteredOn(ReservationOutcome.Allowed.class::isInstance)
                .hasSize(100 >> 3);
    }

    /** Those that have waited for the row see it at their time and not at that of their call. */
    @Test
    void whenAFailureIsForgottenWhileManyWaitOneOfThemIsLetThrough() throws SQLException {
        IntStream.range(0, 100).forEach(n -> fails(NAME, address(n)));
        sql.update("UPDATE throttle_bucket SET blocked_until = NULL");
        try (Connection operator = sql.open();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            operator.setAutoCommit(false);
            Sql.update(operator, "UPDATE throttle_bucket SET kind = kind WHERE kind = 'name'");
            List<CompletableFuture<Boolean>> attempts = IntStream.range(0, 10)
                    .mapToObj(n -> CompletableFuture.supplyAsync(() -> fails(NAME, address(200 + n)), callers))
                    .toList();
            await("SELECT count(*) >= 10 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
            Sql.update(operator, """
                    DO $$ BEGIN
                        UPDATE throttle_bucket SET counted_at = clock_timestamp() - interval '59:59.8' WHERE kind = 'name';
                        PERFORM pg_sleep_until(clock_timestamp() + interval '0.2 s');
                    END $$""");
            operator.commit();
            assertThat(attempts.stream().map(CompletableFuture::join)).containsOnlyOnce(true);
        }
    }

    private void await(String condition) {
        Await.until(() -> sql.text(condition).equals("true"));
    }

    @Test
    void anAttemptWithoutAVerdictLeavesNoTrace() {
        for (int n = 0; n < 300; n++) {
            assertThat(tries(NAME, HERE, AttemptOutcome.NONE)).isTrue();
        }
        assertThat(sql.number("SELECT count(*) FROM throttle_bucket")).isZero();
        IntStream.range(0, 6).forEach(n -> fails(NAME, HERE));
        pass(Duration.ofSeconds(1));
        assertThat(tries(NAME, HERE, AttemptOutcome.NONE)).isTrue();
        assertThat(fails(NAME, HERE)).isTrue();
    }

    @Test
    void whatTheDatabaseDidNotTakeIsToldAgain() throws Throwable {
        fails(NAME, HERE);
        ReservationOutcome underWay = reserve(NAME, HERE);
        RefusedWrites.during(sql, "true", () -> {
            assertThatThrownBy(() -> settles(underWay, AttemptOutcome.FAILED)).isInstanceOf(DatabaseException.class);
            assertThat(sql.number(UNDER_WAY)).isEqualTo(1);
        });
        awaitSettled();
        assertThat(sql.number(UNDER_WAY)).isZero();
        assertThat(sql.number("SELECT failures FROM throttle_bucket WHERE kind = 'network'"))
                .isEqualTo(2);
    }

    @Test
    void aVerdictStandsWhereThePoolIsBusyAndIsToldAgain() throws Exception {
        try (AgroalDataSource narrow = TestConnections.pool(onlyOne, 1, Duration.ofMillis(100))) {
            ThrottleTable table = new ThrottleTable(narrow, hashes);
            AttemptSettler narrowSettlements = new AttemptSettler(table, new Defaults(), meters);
            Throttle busy = new Throttle(new Defaults(), table, narrowSettlements, auditLog, meters);
            if (!(busy.reserveLogin(NAME, Optional.empty(), client(HERE))
                    instanceof ReservationOutcome.Allowed(Reservation made))) {
                throw new AssertionError("must be allowed");
            }
            try (Connection other = narrow.getConnection()) {
                assertThat(other.isValid(1)).isTrue();
                busy.settle(made, AttemptOutcome.FAILED);
                assertThat(sql.number(UNDER_WAY)).isEqualTo(1);
            }
            Await.until(() -> sql.number(UNDER_WAY) == 0);
            narrowSettlements.stop();
        }
    }

    @Test
    void whatIsLeftIsSettledAtTheEnd() throws InterruptedException {
        List<ReservationOutcome> underWay =
                IntStream.range(0, 50).mapToObj(n -> reserve("name-" + n, HERE)).toList();
        underWay.forEach(attempt -> settlesNow(attempt, AttemptOutcome.NONE));
        settler.stop();
        assertThat(sql.number("SELECT count(*) FROM throttle_bucket")).isZero();
    }

    @Test
    void aRightPasswordIsNotLostOnADatabaseThatHasGone() throws Throwable {
        fails(NAME, HERE);
        ReservationOutcome underWay = reserve(NAME, HERE);
        RefusedWrites.during(sql, "true", () -> {
            assertThat(settlesNow(underWay, AttemptOutcome.SUCCEEDED)).isTrue();
        });
        awaitSettled();
        assertThat(sql.number("SELECT failures FROM throttle_bucket WHERE kind = 'pair'"))
                .isZero();
    }

    @Test
    void theNetworksOfAnIpv6SiteShareItsFailures() {
        for (int n = 0; n < 500; n++) {
            assertThat(fails("name-" + n, "2001:db8:1:" + Integer.toHexString(n) + "::" + n))
                    .isTrue();
        }
        assertThat(fails("one-more", "2001:db8:1:ffff::1")).isTrue();
        assertThat(fails("yet-another", "2001:db8:1:fffe::1")).isFalse();
        assertThat(fails("yet-another", "2001:db8:2::1")).isTrue();
    }

    @Test
    void theAddressesOfAnIpv6NetworkAreOneClient() {
        for (int n = 0; n < 6; n++) {
            assertThat(fails(NAME, "2001:db8::" + Integer.toHexString(1000 + n)))
                    .isTrue();
        }
        assertThat(fails(NAME, "2001:db8::ffff:1")).isFalse();
        assertThat(fails(NAME, "2001:db8:0:1::1")).isTrue();
    }

    /** Also what was counted before the name was an account's, and not what is counted for networks. */
    @Test
    void anOperatorLiftsWhatIsCountedForAnAccount() {
        UUID account = UUID.randomUUID();
        String username = "user-" + account;
        String elsewhere = "203.0.113.9";
        IntStream.range(0, 6).forEach(n -> fails(username, elsewhere));
        IntStream.range(0, 101).forEach(n -> fails("name-" + n, HERE));
        IntStream.range(0, 120).forEach(n -> fails(username, address(n)));
        sql.update("INSERT INTO account (id, username, password_hash) VALUES (?, ?, 'x')", account, username);
        assertThat(throttle.reserveLogin(username, Optional.of(account), client(elsewhere)))
                .isInstanceOf(ReservationOutcome.Blocked.class);
        sql.update(OperationsDocument.statement("UPDATE throttle_bucket").replace("flyingsponge", username));
        assertThat(throttle.reserveLogin(username, Optional.of(account), client(elsewhere)))
                .isInstanceOf(ReservationOutcome.Allowed.class);
        assertThat(throttle.reserveLogin(username, Optional.of(account), client(HERE)))
                .isInstanceOf(ReservationOutcome.Blocked.class);
    }

    @Test
    void theFirstRefusalWithinAnHourIsAnEventAndEachIsCounted() {
        String name = "user-" + UUID.randomUUID();
        String events = "SELECT count(*) FROM audit_event WHERE event = 'throttled_pair' AND name_hash = ?";
        for (int n = 0; n < 10; n++) {
            fails(name, HERE);
        }
        assertThat(meters.counter("gatehouse.throttle.refused", "by", "pair").count())
                .isEqualTo(4);
        assertThat(sql.number(events, (Object) hashes.hash(name))).isEqualTo(1);
        pass(Duration.ofMinutes(59));
        IntStream.range(0, 10).forEach(n -> fails(name, HERE));
        assertThat(sql.number(events, (Object) hashes.hash(name))).isEqualTo(1);
        pass(Duration.ofMinutes(2));
        IntStream.range(0, 10).forEach(n -> fails(name, HERE));
        assertThat(sql.number(events, (Object) hashes.hash(name))).isEqualTo(2);
    }

    @Test
    void whatIsRefusedLeavesNoRow() {
        IntStream.range(0, 101).forEach(n -> fails("name-" + n, HERE));
        long rows = sql.number("SELECT count(*) FROM throttle_bucket");
        IntStream.range(0, 50)
                .forEach(n -> assertThat(fails("refused-" + n, HERE)).isFalse());
        assertThat(sql.number("SELECT count(*) FROM throttle_bucket")).isEqualTo(rows);
    }

    @Test
    void rowsThatSayNothingAnyMoreAreRemoved() {
        ThrottleTable table = new ThrottleTable(dataSource, hashes);
        fails(NAME, HERE);
        tries("known-here", HERE, AttemptOutcome.SUCCEEDED);
        table.sweep(500);
        assertThat(sql.number("SELECT count(*) FROM throttle_bucket")).isEqualTo(4);
        pass(Duration.ofHours(2));
        table.sweep(500);
        assertThat(sql.text("SELECT string_agg(kind, ' ') FROM throttle_bucket"))
                .isEqualTo("pair");
        pass(Duration.ofDays(30));
        table.sweep(500);
        assertThat(sql.number("SELECT count(*) FROM throttle_bucket")).isZero();
    }

    @Test
    void aSessionsWrongPasswordsAndSignUpsAreBounded() {
        UUID session = UUID.randomUUID();
        for (int n = 0; n < 10; n++) {
            assertThat(settles(throttle.reserveOwn(NAME, session, client(address(n))), AttemptOutcome.FAILED))
                    .isTrue();
        }
        assertThat(throttle.reserveOwn(NAME, session, client(HERE))).isInstanceOf(ReservationOutcome.Blocked.class);
        assertThat(settles(throttle.reserveOwn(NAME, UUID.randomUUID(), client(HERE)), AttemptOutcome.SUCCEEDED))
                .isTrue();
        for (int n = 0; n < 500; n++) {
            assertThat(settles(throttle.reserveSignUp(client(HERE)), AttemptOutcome.COUNTED))
                    .isTrue();
        }
        assertThat(retryAfter(throttle.reserveSignUp(client(HERE))))
                .isBetween(Duration.ofMillis(1), Duration.ofSeconds(8));
        assertThat(settles(throttle.reserveSignUp(client("203.0.113.9")), AttemptOutcome.COUNTED))
                .isTrue();
        pass(Duration.ofSeconds(8));
        assertThat(settles(throttle.reserveSignUp(client(HERE)), AttemptOutcome.COUNTED))
                .isTrue();
    }

    @Test
    void aSignUpThatIsGivenUpAtTheLimitBlocksNobody() {
        assertThat(settles(throttle.reserveSignUp(client(HERE)), AttemptOutcome.COUNTED))
                .isTrue();
        sql.update("UPDATE throttle_bucket SET failures = 499");
        assertThat(settles(throttle.reserveSignUp(client(HERE)), AttemptOutcome.NONE))
                .isTrue();
        assertThat(settles(throttle.reserveSignUp(client(HERE)), AttemptOutcome.COUNTED))
                .isTrue();
        assertThat(throttle.reserveSignUp(client(HERE))).isInstanceOf(ReservationOutcome.Blocked.class);
    }

    @Test
    void theNetworksOfAnIpv6SiteShareItsSignUps() {
        for (int n = 0; n < 10; n++) {
            Client client = client("2001:db8:1:" + Integer.toHexString(n) + "::1");
            assertThat(settles(throttle.reserveSignUp(client), AttemptOutcome.COUNTED))
                    .isTrue();
        }
        assertThat(sql.update("UPDATE throttle_bucket SET failures = failures + 2490, counted_at = clock_timestamp()"
                        + " WHERE kind = 'signup_site' AND failures = 10"))
                .isEqualTo(1);
        assertThat(throttle.reserveSignUp(client("2001:db8:1:ffff::1"))).isInstanceOf(ReservationOutcome.Blocked.class);
        assertThat(throttle.reserveSignUp(client("2001:db8:2::1"))).isInstanceOf(ReservationOutcome.Allowed.class);
    }

    @Test
    void attemptsOfOneNetworkAndOneNameAtOnceDoNotWaitForEachOtherForEver() {
        AttemptOutcome[] verdicts = {
            AttemptOutcome.SUCCEEDED, AttemptOutcome.NONE, AttemptOutcome.FAILED, AttemptOutcome.FAILED
        };
        List<Boolean> outcomes = atOnce(
                400,
                n -> settlesNow(reserve("name-" + n % 7, "2001:db8:" + n % 2 + ":" + n % 3 + "::1"), verdicts[n % 4]));
        assertThat(outcomes).contains(true);
        awaitSettled();
        assertThat(sql.number("SELECT COALESCE(sum(under_way + under_way_before), 0) FROM throttle_bucket"))
                .isZero();
    }

    @Test
    void neitherNamesNorAddressesStandInTheTable() {
        fails("a-name-to-look-for", HERE);
        assertThat(sql.rows("SELECT t::text FROM throttle_bucket AS t").toString())
                .doesNotContain("a-name-to-look-for")
                .doesNotContain(HERE)
                .doesNotContain("612d6e616d65"); // The name in hexadecimal, as bytea would show it.
    }
}
