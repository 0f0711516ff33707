package dev.gatehouse.throttle;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Says how attempts ended for which no caller waits, from a thread of its own, and again until the database has taken it. So
 * who is refused for lack of time is not kept by that as well, and an outage leaves nothing counted that was given up.
 */
@Startup
@Singleton
class Settlements {
    private static final Logger LOG = Logger.getLogger(Settlements.class);

    /** More than wait for their hash at any time; beyond it the database has been away for long. */
    private static final int LIMIT = 10_000;

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

    private final ThrottleTable table;
    private final ThrottleConfig config;
    private final BlockingQueue<Settlement> queue = new LinkedBlockingQueue<>(LIMIT);
    private final AtomicInteger unsettled = new AtomicInteger();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread worker;
    private boolean failing;

    Settlements(ThrottleTable table, ThrottleConfig config, MeterRegistry meters) {
        this.table = table;
        this.config = config;
        meters.gauge("gatehouse.throttle.unsettled", unsettled);
        worker = Thread.ofPlatform().name("throttle-settlements").daemon().start(this::work);
    }

    private record Settlement(Reservation reservation, Verdict verdict) {}

    /** Ends the thread; what is left stays counted as failed, as what a crash leaves does. */
    void stop(@Observes ShutdownEvent event) {
        stop();
    }

    void stop() {
        stopping.countDown();
        worker.interrupt();
    }

    /**
     * Says it at once.
     *
     * @throws ThrottleTable.ThrottleException when the database did not take it; it is told again
     */
    void now(Reservation reservation, Verdict verdict) {
        try {
            table.settle(reservation, verdict, config);
        } catch (ThrottleTable.ThrottleException e) {
            later(reservation, verdict);
            throw e;
        }
    }

    /** Says it soon, whether or not the database answers now. */
    void later(Reservation reservation, Verdict verdict) {
        unsettled.incrementAndGet();
        if (!queue.offer(new Settlement(reservation, verdict))) {
            unsettled.decrementAndGet();
            LOG.warnf("throttle=unsettled verdict=%s reason=\"%d others wait\"", verdict.stored(), LIMIT);
        }
    }

    private void work() {
        try {
            while (stopping.getCount() > 0) {
                settle(queue.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // It is stopping.
        }
    }

    private void settle(Settlement settlement) throws InterruptedException {
        while (!settled(settlement)) {
            if (stopping.await(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
        unsettled.decrementAndGet();
    }

    private boolean settled(Settlement settlement) {
        try {
            table.settle(settlement.reservation(), settlement.verdict(), config);
            if (failing) {
                LOG.info("throttle=settled");
            }
            failing = false;
            return true;
        } catch (ThrottleTable.ThrottleException e) {
            if (!failing) {
                LOG.warnf(
                        "throttle=unsettled verdict=%s reason=%s",
                        settlement.verdict().stored(), e.getCause());
            }
            failing = true;
            return false;
        } catch (RuntimeException | Error e) { // The thread must go on: the next may be another matter.
            LOG.errorf(e, "throttle=unsettled verdict=%s", settlement.verdict().stored());
            return true;
        }
    }
}
