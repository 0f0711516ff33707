package dev.gatehouse.throttle;

import dev.gatehouse.database.DatabaseException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Says how attempts ended for which no caller waits, from threads of its own, and again with longer and longer pauses if the database
 * does not take it. So a call that is refused for lack of time does not wait for that as well, and a short outage leaves nothing counted
 * that was given up. What the database took without saying so is said twice then, which makes one attempt more or less. What is not
 * taken in the end stays under way until its time is over.
 */
@Startup
@Singleton
class AttemptSettler {
    private static final Logger LOG = Logger.getLogger(AttemptSettler.class);

    /** So that as many are settled as are given up in a flood, most of whose time is the wait for a commit. */
    private static final int WORKERS = 4;

    /** Beyond it the database has been away for long, or is too slow for what comes. */
    private static final int LIMIT = 10_000;

    /** With the pauses these are about nine minutes. */
    private static final int MOST_TRIES = 16;

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** How long the shutdown waits for all workers together. Calls have ended before. */
    static final Duration LAST_CHANCE = Duration.ofSeconds(2);

    private final ThrottleTable table;
    private final ThrottleConfig config;
    private final Duration firstPause;
    private final DelayQueue<Job> queue = new DelayQueue<>();
    private final AtomicInteger unsettled = new AtomicInteger();
    private final List<Thread> workers;
    private final AtomicBoolean failing = new AtomicBoolean();

    private volatile boolean stopping;

    @Inject
    AttemptSettler(ThrottleTable table, ThrottleConfig config, MeterRegistry meters) {
        this(table, config, meters, Duration.ofMillis(500));
    }

    /** @param firstPause before the second try; each further pause is twice as long, up to {@link #LONGEST_PAUSE} */
    AttemptSettler(ThrottleTable table, ThrottleConfig config, MeterRegistry meters, Duration firstPause) {
        this.table = table;
        this.config = config;
        this.firstPause = firstPause;
        meters.gauge("gatehouse.throttle.unsettled", unsettled);
        workers = Stream.generate(() -> Thread.ofPlatform()
                        .name("throttle-settlements")
                        .daemon()
                        .start(this::work))
                .limit(WORKERS)
                .toList();
    }

    /** What a worker takes from the queue when it is due. */
    private sealed interface Job extends Delayed {
        long dueNanos();

        @Override
        default long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        default int compareTo(Delayed other) {
            return Long.signum(dueNanos() - ((Job) other).dueNanos());
        }
    }

    /** @param tries how often the database has not taken it */
    private record Settlement(Reservation reservation, AttemptOutcome outcome, int tries, long dueNanos)
            implements Job {}

    /** Ends one worker. */
    private record Stop(long dueNanos) implements Job {}

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stop();
    }

    /**
     * Says what is left, once each, and waits for that for {@link #LAST_CHANCE} at most. What the database does not take by then is
     * left as a crash leaves it.
     */
    void stop() throws InterruptedException {
        stopping = true;
        long start = System.nanoTime();
        for (Job job : List.copyOf(queue)) {
            if (job instanceof Settlement settlement && queue.remove(settlement)) {
                queue.add(due(settlement, start));
            }
        }
        workers.forEach(worker -> queue.add(new Stop(start + 1)));
        for (Thread worker : workers) {
            worker.join(LAST_CHANCE.minusNanos(System.nanoTime() - start));
        }
    }

    private static Settlement due(Settlement settlement, long nanos) {
        return new Settlement(settlement.reservation(), settlement.outcome(), settlement.tries(), nanos);
    }

    /**
     * Says it at once.
     *
     * @throws DatabaseException if the database did not take it; this class tries again
     */
    void now(Reservation reservation, AttemptOutcome outcome) {
        try {
            table.settle(reservation, outcome, config.knownFor());
        } catch (RuntimeException | Error e) { // After any fault the end of the attempt has to be said again.
            later(reservation, outcome);
            throw e;
        }
    }

    /** Says it soon, whether or not the database answers now. */
    void later(Reservation reservation, AttemptOutcome outcome) {
        if (unsettled.incrementAndGet() > LIMIT) {
            unsettled.decrementAndGet();
            LOG.warnf("throttle=unsettled verdict=%s reason=\"%d others wait\"", outcome, LIMIT);
            return;
        }
        queue.add(new Settlement(reservation, outcome, 0, System.nanoTime()));
    }

    /** Returns how many settlements the database has not taken yet. */
    int waiting() {
        return unsettled.get();
    }

    /** Returns how many workers there are. */
    long working() {
        return workers.stream().filter(Thread::isAlive).count();
    }

    private void work() {
        try {
            while (queue.take() instanceof Settlement settlement) {
                if (!settled(settlement)) {
                    putBack(settlement);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void putBack(Settlement settlement) {
        int tries = settlement.tries() + 1;
        long pause = Math.min(firstPause.toNanos() << (tries - 1), LONGEST_PAUSE.toNanos());
        Settlement again =
                new Settlement(settlement.reservation(), settlement.outcome(), tries, System.nanoTime() + pause);
        if (tries < MOST_TRIES) {
            queue.add(again);
        }
        if (tries == MOST_TRIES || (stopping && queue.remove(again))) {
            unsettled.decrementAndGet();
            LOG.warnf(
                    "throttle=given-up verdict=%s tries=%d effect=\"the attempt stays under way until its time is over\"",
                    settlement.outcome(), tries);
        }
    }

    /** Whatever it was that failed, the next try may succeed, and the thread must go on. */
    private boolean settled(Settlement settlement) {
        try {
            table.settle(settlement.reservation(), settlement.outcome(), config.knownFor());
            unsettled.decrementAndGet();
            if (failing.compareAndSet(true, false)) {
                LOG.info("throttle=settled");
            }
            return true;
        } catch (RuntimeException | Error e) { // An Error, too: it would end the thread without a word.
            if (failing.compareAndSet(false, true)) {
                LOG.warnf("throttle=unsettled verdict=%s reason=%s", settlement.outcome(), e.getCause());
                LOG.debug("throttle=unsettled", e);
            }
            return false;
        }
    }
}
