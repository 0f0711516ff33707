package dev.gatehouse.password;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A call whose beginning is known by {@link System#nanoTime}. */
final class TimedCall implements PendingCall {
    private final long sinceNanos;
    private final Consumer<Runnable> afterwards;
    private final AtomicLong servedNanos = new AtomicLong();

    /** @param afterwards takes the actions that are run when nobody waits any more */
    TimedCall(long sinceNanos, Consumer<Runnable> afterwards) {
        this.sinceNanos = sinceNanos;
        this.afterwards = afterwards;
    }

    @Override
    public Duration waited() {
        return Duration.ofNanos(System.nanoTime() - sinceNanos - servedNanos.get());
    }

    @Override
    public void served(Duration time) {
        servedNanos.addAndGet(time.toNanos());
    }

    @Override
    public void afterwards(Runnable action) {
        afterwards.accept(action);
    }
}
