package dev.gatehouse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.LongStream;

/** Clients that call for a while, as often as they can or as often as they are told. */
final class Load {
    static final String PASSWORD = "a long enough password";

    private Load() {}

    /** How often each status came, and how long it took. */
    static final class Tally {
        private final LongStream.Builder[] nanos = new LongStream.Builder[600];

        synchronized void add(int status, long took) {
            if (nanos[status] == null) {
                nanos[status] = LongStream.builder();
            }
            nanos[status].add(took);
        }

        /** The times of a status in milliseconds, sorted. May be asked once. */
        synchronized double[] millis(int status) {
            return nanos[status] == null
                    ? new double[0]
                    : Arrays.stream(nanos[status].build().sorted().toArray()).mapToDouble(one -> one / 1e6).toArray();
        }
    }

    static void signUp(Api api, int accounts) {
        for (int n = 0; n < accounts; n++) {
            int status = api.signUp("user-" + n, PASSWORD).status();
            if (status != 201) {
                throw new IllegalStateException("sign-up: " + status);
            }
        }
    }

    /** So many clients, each of which calls again as soon as it has its answer. */
    static Tally closedLoop(int clients, Duration time, IntFunction<Api.Answer> call) {
        Tally tally = new Tally();
        long end = System.nanoTime() + time.toNanos();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int n = 0; n < clients; n++) {
                int client = n;
                callers.execute(() -> {
                    while (System.nanoTime() < end) {
                        timed(tally, client, call);
                    }
                });
            }
        }
        return tally;
    }

    /** So many calls a second, whether or not those before have been answered. */
    static Tally openLoop(int aSecond, Duration time, IntFunction<Api.Answer> call) throws InterruptedException {
        Tally tally = new Tally();
        int calls = (int) (aSecond * time.toMillis() / 1000);
        CountDownLatch started = new CountDownLatch(calls);
        AtomicInteger number = new AtomicInteger();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
                ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
            clock.scheduleAtFixedRate(
                    () -> {
                        if (started.getCount() > 0) {
                            callers.execute(() -> timed(tally, number.getAndIncrement(), call));
                            started.countDown();
                        }
                    },
                    0,
                    1_000_000_000L / aSecond,
                    TimeUnit.NANOSECONDS);
            started.await();
            clock.shutdownNow();
        }
        return tally;
    }

    private static void timed(Tally tally, int client, IntFunction<Api.Answer> call) {
        long start = System.nanoTime();
        int status;
        try {
            status = call.apply(client).status();
        } catch (RuntimeException e) {
            status = 0;
        }
        tally.add(status, System.nanoTime() - start);
    }

    static double quantile(double[] sorted, double fraction) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, fraction * sorted.length)];
    }

    /** Resident memory of a process in MB, as Linux tells it. */
    static long residentMegabytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }

    static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
