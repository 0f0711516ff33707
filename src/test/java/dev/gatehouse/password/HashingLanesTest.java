package dev.gatehouse.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.Await;
import dev.gatehouse.http.TestWaitingClient;
import dev.gatehouse.problem.ClientGoneException;
import dev.gatehouse.problem.OverloadedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HashingLanesTest {
    private static final byte[] SALT = "0123456789abcdef".getBytes(UTF_8);
    private static final byte[] KEY = "a password".getBytes(UTF_8);

    /** Takes minutes: as good as for ever, for a test that stops the lanes. */
    private static final int ENDLESS = 20;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<HashingLanes> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(HashingLanes::stop);
        callers.shutdownNow();
    }

    private HashingLanes lanes(int threads, Duration maxWait) {
        HashingLanes lanes = new HashingLanes(threads, maxWait, meters);
        started.add(lanes);
        return lanes;
    }

    private static byte[] hash(HashingLanes lanes, int cost) {
        return lanes.forCall(PendingCall.lasting()).hash(KEY, SALT, cost, cost);
    }

    private double counted(String reason) {
        return meters.counter("gatehouse.hashing.refused", "reason", reason).count();
    }

    /** Ends when the lanes are stopped. */
    private void hashEndlessly(HashingLanes lanes) {
        callers.execute(() -> assertThatThrownBy(() -> hash(lanes, ENDLESS)).isInstanceOf(IllegalStateException.class));
    }

    /** Occupies every lane of so many threads, and returns once nothing of it waits any more. */
    private void occupy(HashingLanes lanes, int threads) {
        for (int n = 0; n < threads * Bcrypt.MAX_LANES; n++) {
            hashEndlessly(lanes);
        }
        Await.until(() -> meters.timer("gatehouse.hashing.wait").count() == (long) threads * Bcrypt.MAX_LANES);
    }

    @Test
    void manyAtOnceEachGetTheirOwnHash() throws ExecutionException, InterruptedException {
        HashingLanes lanes = lanes(2, Duration.ofSeconds(30));
        Random random = new Random(7);
        List<byte[]> keys = new ArrayList<>();
        List<Future<byte[]>> hashes = new ArrayList<>();
        for (int n = 0; n < 300; n++) {
            byte[] key = ("password " + random.nextLong()).getBytes(UTF_8);
            int work = 4 + random.nextInt(3);
            keys.add(key);
            hashes.add(callers.submit(() -> lanes.forCall(PendingCall.lasting()).hash(key, SALT, 4, work)));
        }
        for (int n = 0; n < keys.size(); n++) {
            assertThat(hashes.get(n).get()).isEqualTo(Bcrypt.hash(keys.get(n), SALT, 4));
        }
        assertThat(meters.summary("gatehouse.hashing.lanes").max()).isEqualTo(Bcrypt.MAX_LANES);
        assertThat(lanes.waiting()).isZero();
    }

    @Test
    void aJobJoinsOthersThatAreHalfDone() {
        HashingLanes lanes = lanes(1, Duration.ofSeconds(30));
        hashEndlessly(lanes);
        hashEndlessly(lanes);
        assertThat(hash(lanes, 4)).isEqualTo(Bcrypt.hash(KEY, SALT, 4));
    }

    @Test
    void whatWouldWaitTooLongIsRefusedBeforeItIsHashed() {
        HashingLanes lanes = lanes(1, Duration.ofMillis(100));
        occupy(lanes, 1);
        long begun = meters.timer("gatehouse.hashing.wait").count();
        assertThatThrownBy(() -> hash(lanes, 4)).isInstanceOf(OverloadedException.class);
        assertThat(counted("overloaded")).isEqualTo(1);
        assertThat(meters.timer("gatehouse.hashing.wait").count()).isEqualTo(begun);
        assertThat(lanes.waiting()).isZero();
    }

    @Test
    void whatIsBoundToWaitTooLongIsRefusedAtOnce() throws ExecutionException, InterruptedException {
        HashingLanes lanes = lanes(1, Duration.ofSeconds(30));
        occupy(lanes, 1);
        Future<byte[]> waiting = callers.submit(() -> hash(lanes, ENDLESS + 1));
        Await.until(() -> lanes.waiting() == 1);
        assertThatThrownBy(() -> hash(lanes, 4)).isInstanceOf(OverloadedException.class);
        assertThat(waiting.isDone()).isFalse();
        assertThat(lanes.waiting()).isEqualTo(1);
    }

    @Test
    void whatAClientHasWaitedForBeforeCounts() {
        HashingLanes lanes = lanes(1, Duration.ofSeconds(30));
        PendingCall call =
                new TimedCall(System.nanoTime() - Duration.ofSeconds(31).toNanos(), action -> {});
        assertThatThrownBy(() -> lanes.forCall(call).hash(KEY, SALT, 4, 4)).isInstanceOf(OverloadedException.class);
        assertThat(counted("overloaded")).isEqualTo(1);
        assertThat(meters.timer("gatehouse.hashing.wait").count()).isZero();
    }

    @Test
    void theTimeInWhichAClientIsHashedForIsNotWaited() {
        HashingLanes lanes = lanes(1, Duration.ofSeconds(30));
        PendingCall call = PendingCall.lasting();
        long start = System.nanoTime();
        lanes.forCall(call).hash(KEY, SALT, 10, 10);
        long taken = System.nanoTime() - start;
        assertThat(call.waited()).isLessThan(Duration.ofNanos(taken / 2));
    }

    @Test
    void whoGoesLeavesTheQueue() throws InterruptedException {
        HashingLanes lanes = lanes(1, Duration.ofSeconds(30));
        occupy(lanes, 1);
        TestWaitingClient waitingClient = new TestWaitingClient();
        Future<byte[]> waiting = callers.submit(() ->
                lanes.forCall(PendingCall.of(waitingClient.waitingClient())).hash(KEY, SALT, 4, 4));
        Await.until(() -> lanes.waiting() == 1);
        waitingClient.end();
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(ClientGoneException.class);
        assertThat(lanes.waiting()).isZero();
        assertThat(counted("client-gone")).isEqualTo(1);
    }

    @Test
    void whoHasGoneIsNotHashedFor() {
        HashingLanes lanes = lanes(1, Duration.ofSeconds(30));
        occupy(lanes, 1);
        TestWaitingClient waitingClient = new TestWaitingClient();
        waitingClient.end();
        assertThatThrownBy(() -> lanes.forCall(PendingCall.of(waitingClient.waitingClient()))
                        .hash(KEY, SALT, 4, 4))
                .isInstanceOf(ClientGoneException.class);
    }

    @Test
    void aJobDoesNotPrintItself() {
        assertThat(new HashJob(KEY, SALT, 4, 4)).hasToString("HashJob[redacted]");
    }
}
