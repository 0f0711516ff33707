package dev.gatehouse.throttle;

import dev.gatehouse.database.DatabaseException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Says how attempts ended for which no caller waits, from threads of its own, and again until the database has taken it. So
 * who is refused for lack of time is not kept by that as well, and an outage leaves nothing counted that was given up. What
 * the database took without saying so is said twice then, which makes one attempt more or less.
 */
@Startup
@Singleton
class Settlements {
    private static final Logger LOG = Logger.getLogger(Settlements.class);

    /** So that as many are settled as are given up in a flood, most of whose time is the wait for a commit. */
    private static final int WORKERS = 4;

    /** Beyond it the database has been away for long, or is too slow for what comes. */
    private static final int LIMIT = 10_000;

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

    /** How long the shutdown waits for all workers together. Calls have ended before. */
    private static final Duration LAST_CHANCE = Duration.ofSeconds(2);

    private final ThrottleTable table;
    private final ThrottleConfig config;

    /** Nothing, once for each worker, stands behind all others when no more will come. */
    private final BlockingQueue<Optional<Settlement>> queue = new LinkedBlockingQueue<>(LIMIT);

    private final AtomicInteger unsettled = new AtomicInteger();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> workers;
    private final AtomicBoolean failing = new AtomicBoolean();

    Settlements(ThrottleTable table, ThrottleConfig config, MeterRegistry meters) {
        this.table = table;
        this.config = config;
        meters.gauge("gatehouse.throttle.unsettled", unsettled);
        workers = Stream.generate(() -> Thread.ofPlatform()
                        .name("throttle-settlements")
                        .daemon()
                        .start(this::work))
                .limit(WORKERS)
                .toList();
    }

    private record Settlement(Attempt.Reservation reservation, Attempt.Verdict verdict) {}

    /** Says what is left, once each; what the database does not take now stays counted as failed, as a crash leaves it. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stop();
    }

    void stop() throws InterruptedException {
        stopping.countDown();
        workers.forEach(worker -> queue.offer(Optional.empty()));
        long end = System.nanoTime() + LAST_CHANCE.toNanos();
        for (Thread worker : workers) {
            worker.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
    }

    /**
     * Says it at once.
     *
     * @throws DatabaseException when the database did not take it; this class tries again
     */
    void now(Attempt.Reservation reservation, Attempt.Verdict verdict) {
        try {
            table.settle(reservation, verdict, config);
        } catch (RuntimeException | Error e) { // Whatever it was: it has to be told.
            later(reservation, verdict);
            throw e;
        }
    }

    /** Says it soon, whether or not the database answers now. */
    void later(Attempt.Reservation reservation, Attempt.Verdict verdict) {
        unsettled.incrementAndGet();
        if (!queue.offer(Optional.of(new Settlement(reservation, verdict)))) {
            unsettled.decrementAndGet();
            LOG.warnf("throttle=unsettled verdict=%s reason=\"%d others wait\"", verdict.stored(), LIMIT);
        }
    }

    private void work() {
        try {
            for (Optional<Settlement> next = queue.take(); next.isPresent(); next = queue.take()) {
                if (!settled(next.get())) {
                    putBack(next);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Behind the others, which may fare better; and not at the end, when there is no time for another try. */
    private void putBack(Optional<Settlement> settlement) throws InterruptedException {
        if (stopping.await(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS) || !queue.offer(settlement)) {
            unsettled.decrementAndGet();
        }
    }

    /** Whatever it was that failed, the next try may succeed, and the thread must go on. */
    private boolean settled(Settlement settlement) {
        try {
            table.settle(settlement.reservation(), settlement.verdict(), config);
            unsettled.decrementAndGet();
            if (failing.compareAndSet(true, false)) {
                LOG.info("throttle=settled");
            }
            return true;
        } catch (RuntimeException | Error e) { // An Error, too: it would end the thread without a word.
            if (failing.compareAndSet(false, true)) {
                LOG.warnf(
                        "throttle=unsettled verdict=%s reason=%s",
                        settlement.verdict().stored(), e.getCause());
                LOG.debug("throttle=unsettled", e);
            }
            return false;
        }
    }
}
