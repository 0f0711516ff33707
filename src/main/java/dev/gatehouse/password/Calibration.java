package dev.gatehouse.password;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How fast this machine hashes: one password alone, and as many as there are lanes. */
public final class Calibration {
    /** The lowest cost that is reported: cheaper ones a service should not have. */
    public static final int LOWEST = 10;

    /** The highest cost that there is. */
    public static final int HIGHEST = Passwords.MAX_COST;

    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration MEASUREMENT = Duration.ofSeconds(1);
    private static final double NANOS_A_SECOND = 1e9;

    private final int cores;
    private final double nanosPerRoundAlone;
    private final double roundsASecond;

    private Calibration(int cores, double nanosPerRoundAlone, double roundsASecond) {
        this.cores = cores;
        this.nanosPerRoundAlone = nanosPerRoundAlone;
        this.roundsASecond = roundsASecond;
    }

    /** Measures, which keeps so many cores busy for some seconds. */
    public static Calibration measure(int cores) {
        roundsASecond(1, WARM_UP);
        double alone = roundsASecond(1, MEASUREMENT);
        onEachCore(cores, WARM_UP);
        return new Calibration(cores, NANOS_A_SECOND / alone, onEachCore(cores, MEASUREMENT));
    }

    private static double onEachCore(int cores, Duration time) {
        List<CompletableFuture<Double>> threads = IntStream.range(0, cores)
                .mapToObj(core -> {
                    CompletableFuture<Double> result = new CompletableFuture<>();
                    Thread.ofPlatform().daemon().start(() -> result.complete(roundsASecond(Bcrypt.MAX_LANES, time)));
                    return result;
                })
                .toList();
        return threads.stream().mapToDouble(CompletableFuture::join).sum();
    }

    /** The rounds of all lanes of one thread together. */
    private static double roundsASecond(int lanes, Duration time) {
        byte[] key = "a password".getBytes(StandardCharsets.US_ASCII);
        List<Bcrypt> computations = new ArrayList<>(Stream.generate(() -> new Bcrypt(key, new byte[Bcrypt.SALT_BYTES]))
                .limit(lanes)
                .toList());
        long start = System.nanoTime();
        long rounds = 0;
        while (System.nanoTime() - start < time.toNanos()) {
            Bcrypt.advance(computations, HashingLanes.ROUNDS_A_TURN);
            rounds += HashingLanes.ROUNDS_A_TURN * lanes;
        }
        return rounds * NANOS_A_SECOND / (System.nanoTime() - start);
    }

    /** On how many cores it was measured. */
    public int cores() {
        return cores;
    }

    /** How long a login takes that is alone. */
    public Duration alone(int cost) {
        return Duration.ofNanos((long) (Bcrypt.rounds(cost) * nanosPerRoundAlone));
    }

    /** How many logins all cores can verify. */
    public double loginsASecond(int cost) {
        return roundsASecond / Bcrypt.rounds(cost);
    }

    /** The highest cost at which a login that is alone takes no longer; empty when the lowest one does. */
    public Optional<Integer> highestWithin(Duration target) {
        return IntStream.rangeClosed(LOWEST, HIGHEST)
                .boxed()
                .filter(cost -> alone(cost).compareTo(target) <= 0)
                .reduce((lower, higher) -> higher);
    }
}
