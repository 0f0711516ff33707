package dev.gatehouse.password;

import dev.gatehouse.problem.ClientGoneException;
import dev.gatehouse.problem.OverloadedException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where all hashing happens: a thread for each core, each of which computes up to three hashes side by side. A job joins
 * whichever thread has a lane free first, also beside others that are half done. Those that wait do so in one queue, in
 * turn, and no longer than they may: how many that are does not matter.
 */
@Startup // So that the first login does not wait for it.
@Singleton
class HashingLanes {
    /**
     * A millisecond or so: after each, a job that waits may join. As many rounds as the cheapest hash has, of which every
     * other has a multiple, so that no job makes a turn shorter than others do: those beside it could tell.
     */
    static final long ROUNDS_A_TURN = Bcrypt.rounds(Bcrypt.MIN_COST);

    /** A guess for the first estimates, as a core of today needs with three lanes. */
    private static final double FIRST_NANOS_PER_ROUND = 25_000;

    /** How much a new measurement counts. */
    private static final double WEIGHT = 0.1;

    /** How many times longer than the estimate a measurement can count at most. */
    private static final double LARGEST_STEP = 2;

    private final int threads;
    private final Duration maxWait;
    private final BlockingQueue<HashJob> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedRounds = new AtomicLong();
    private final AtomicIntegerArray inLanes;
    private final List<Thread> running = new ArrayList<>();
    private final Timer waits;
    private final Timer times;
    private final DistributionSummary lanesInUse;
    private final Counter roundsDone;
    private final Counter overloads;
    private final Counter departures;

    private volatile double nanosPerRound = FIRST_NANOS_PER_ROUND;
    private volatile boolean stopping;

    @Inject
    HashingLanes(PasswordConfig config, MeterRegistry meters) {
        this(Runtime.getRuntime().availableProcessors(), config.maxWait(), meters);
    }

    HashingLanes(int threads, Duration maxWait, MeterRegistry meters) {
        this.threads = threads;
        this.inLanes = new AtomicIntegerArray(threads);
        this.maxWait = maxWait;
        this.waits = meters.timer("gatehouse.hashing.wait");
        this.times = meters.timer("gatehouse.hashing.time");
        this.lanesInUse = meters.summary("gatehouse.hashing.lanes");
        this.roundsDone = meters.counter("gatehouse.hashing.rounds");
        this.overloads = meters.counter("gatehouse.hashing.refused", "reason", "overloaded");
        this.departures = meters.counter("gatehouse.hashing.refused", "reason", "client-gone");
        meters.gauge("gatehouse.hashing.queue", queue, BlockingQueue::size);
        for (int n = 0; n < threads; n++) {
            int number = n;
            running.add(Thread.ofPlatform().name("hashing-", n).daemon().start(() -> work(number)));
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
        running.forEach(Thread::interrupt);
    }

    /** Computes for a call, and drops what still waits when nobody waits for the call any more. */
    Hasher forCall(PendingCall call) {
        return (key, salt, cost, work) -> compute(new HashJob(key, salt, cost, work), call);
    }

    /**
     * Blocks its caller, who should be a virtual thread, until the job is done. What its client has waited for before, such as
     * a row of the database, is part of what it may wait.
     *
     * @throws OverloadedException before anything was computed, when that would begin too late
     * @throws ClientGoneException before anything was computed
     */
    private byte[] compute(HashJob job, PendingCall call) {
        Duration patience = patience(call);
        Duration expected = expectedWait(queuedRounds.getAndAdd(job.rounds()));
        if (expected.compareTo(patience) > 0) {
            queuedRounds.addAndGet(-job.rounds());
            job.drop();
            throw overloaded(expected);
        }
        queue.add(job);
        call.afterwards(() -> drop(job));
        try {
            if (!job.awaitBegun(patience.toNanos()) && drop(job)) {
                throw overloaded(maxWait);
            }
            if (job.isDropped()) {
                departures.increment();
                throw new ClientGoneException();
            }
            long begun = System.nanoTime();
            byte[] digest = job.awaitDigest();
            call.served(Duration.ofNanos(System.nanoTime() - begun));
            return digest;
        } catch (InterruptedException e) {
            drop(job);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a hash was computed", e);
        }
    }

    /** Returns how long a call may still wait. */
    Duration patience(PendingCall call) {
        return maxWait.minus(call.waited());
    }

    /** What is ahead in the queue, shared out among the threads; nothing while there are lanes enough for all. */
    private Duration expectedWait(long roundsAhead) {
        if (inLanes() + queue.size() < threads * Bcrypt.MAX_LANES) {
            return Duration.ZERO;
        }
        return Duration.ofNanos((long) (roundsAhead * nanosPerRound / threads));
    }

    private int inLanes() {
        int sum = 0;
        for (int n = 0; n < threads; n++) {
            sum += inLanes.get(n);
        }
        return sum;
    }

    private OverloadedException overloaded(Duration expected) {
        overloads.increment();
        return new OverloadedException(expected);
    }

    private boolean drop(HashJob job) {
        boolean dropped = job.drop();
        if (dropped && queue.remove(job)) {
            queuedRounds.addAndGet(-job.rounds());
        }
        return dropped;
    }

    private void work(int number) {
        List<HashJob> lanes = new ArrayList<>();
        while (!stopping) {
            try {
                admit(lanes);
                inLanes.set(number, lanes.size());
                advance(lanes);
                inLanes.set(number, lanes.size());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Throwable e) { // Even an Error must not end the thread: a core would hash no more.
                lanes.forEach(job -> job.fail(e));
                lanes.clear();
            }
        }
        lanes.forEach(job -> job.fail(new IllegalStateException("the service is stopping")));
    }

    /** Lets one job in, if there is room; the other threads may have room, too. Waits only while there is nothing to do. */
    private void admit(List<HashJob> lanes) throws InterruptedException {
        if (lanes.size() == Bcrypt.MAX_LANES) {
            return;
        }
        HashJob next = lanes.isEmpty() ? queue.take() : queue.poll();
        if (next == null) {
            return;
        }
        queuedRounds.addAndGet(-next.rounds());
        try {
            waits.record(next.ageNanos(), TimeUnit.NANOSECONDS);
            if (next.begin()) {
                lanes.add(next);
            }
        } catch (Throwable e) { // It is in no lane yet, where it would be failed with the others.
            next.fail(e);
        }
    }

    private void advance(List<HashJob> lanes) {
        if (lanes.isEmpty()) {
            return;
        }
        List<Bcrypt> computations = new ArrayList<>(lanes.size());
        lanes.forEach(job -> computations.add(job.computation()));
        long start = System.nanoTime();
        Bcrypt.advance(computations, ROUNDS_A_TURN);
        measured(System.nanoTime() - start, lanes.size());
        lanes.removeIf(job -> job.advanced(ROUNDS_A_TURN) && recorded(job));
    }

    private boolean recorded(HashJob job) {
        times.record(job.ageNanos(), TimeUnit.NANOSECONDS);
        return true;
    }

    /** A round's share of the time while all lanes are in use, which is when somebody waits. */
    private void measured(long nanos, int lanes) {
        lanesInUse.record(lanes);
        roundsDone.increment((double) ROUNDS_A_TURN * lanes);
        if (lanes == Bcrypt.MAX_LANES) {
            double before = nanosPerRound; // Threads may overwrite each other's; each is as good as the other.
            // A turn in which the thread was kept from its core says nothing of how long others will wait.
            double now = Math.min((double) nanos / (ROUNDS_A_TURN * lanes), LARGEST_STEP * before);
            nanosPerRound = before + WEIGHT * (now - before);
        }
    }

    /** How many jobs wait. */
    int waiting() {
        return queue.size();
    }
}
