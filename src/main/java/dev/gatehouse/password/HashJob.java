package dev.gatehouse.password;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One hash on its way: it waits, is computed in a lane, and is there. The hash is taken after the rounds of its own cost;
 * what it then lacks of the work goes on in the same state, so that from outside all jobs of one work are the same.
 */
final class HashJob {
    private enum State {
        WAITING,
        RUNNING,
        DROPPED
    }

    private final byte[] key;
    private final byte[] salt;
    private final long roundsToHash;
    private final long rounds;
    private final long submittedNanos = System.nanoTime();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private @Nullable Bcrypt computation;
    private long roundsDone;
    private byte @Nullable [] digest;
    private @Nullable Throwable fault;

    /** A hash as {@link Hasher#hash} describes it. */
    HashJob(byte[] key, byte[] salt, int cost, int work) {
        this.key = key.clone();
        this.salt = salt.clone();
        this.roundsToHash = Bcrypt.rounds(cost);
        this.rounds = Bcrypt.rounds(Math.max(cost, work));
    }

    /** All that there is to compute. */
    long rounds() {
        return rounds;
    }

    /** How long ago it was made. */
    long ageNanos() {
        return System.nanoTime() - submittedNanos;
    }

    /** Begins to compute, in the lane's thread; false when it has been dropped. */
    boolean begin() {
        if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
            return false;
        }
        computation = new Bcrypt(key, salt);
        begun.countDown();
        return true;
    }

    /** Takes it out of the queue; false when it has begun, or was dropped before. */
    boolean drop() {
        boolean dropped = state.compareAndSet(State.WAITING, State.DROPPED);
        if (dropped) {
            Arrays.fill(key, (byte) 0);
            begun.countDown();
            ended.countDown();
        }
        return dropped;
    }

    boolean isDropped() {
        return state.get() == State.DROPPED;
    }

    /** What advances, once it has begun. */
    Bcrypt computation() {
        if (computation == null) {
            throw new IllegalStateException("has not begun");
        }
        return computation;
    }

    /**
     * Notes that it has advanced.
     *
     * @param by a divisor of its rounds
     * @return whether all is done
     */
    boolean advanced(long by) {
        roundsDone += by;
        if (roundsDone == roundsToHash) {
            digest = computation().digest();
        }
        if (roundsDone < rounds) {
            return false;
        }
        end();
        return true;
    }

    /** Ends without a hash. */
    void fail(Throwable cause) {
        fault = cause;
        end();
    }

    private void end() {
        if (computation != null) {
            computation.wipe();
        }
        Arrays.fill(key, (byte) 0);
        begun.countDown();
        ended.countDown();
    }

    /** Waits until it has begun or was dropped; false when that takes longer. */
    boolean awaitBegun(long nanos) throws InterruptedException {
        return begun.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits for the hash of a job that has begun. */
    byte[] awaitDigest() throws InterruptedException {
        ended.await();
        if (digest == null) {
            throw new IllegalStateException("a hash could not be computed", fault);
        }
        return digest.clone();
    }

    @Override
    public String toString() {
        return "HashJob[redacted]";
    }
}
