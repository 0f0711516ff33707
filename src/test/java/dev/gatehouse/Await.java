package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what comes by itself. */
public final class Await {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Leaves the processor to what is waited for. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Await() {}

    /** Returns once a condition is met, which it must be within 30 s. */
    public static void until(BooleanSupplier condition) {
        until(condition, () -> "in time");
    }

    /** As {@link #until(BooleanSupplier)}, and tells what was to be seen instead. */
    public static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > LONGEST_NANOS) {
                assertThat(condition.getAsBoolean()).as(otherwise.get()).isTrue();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
