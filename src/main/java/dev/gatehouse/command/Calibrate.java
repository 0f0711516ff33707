package dev.gatehouse.command;

import dev.gatehouse.password.Calibration;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prints which password cost suits this machine. */
final class Calibrate {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,5})(ms|s)");
    private static final int ARGUMENTS = 2;
    private static final int DONE = 0;
    private static final int WRONG_USAGE = 2;

    private Calibrate() {}

    /**
     * Takes some seconds of all cores.
     *
     * @param arguments the command's name, and how long one login may take: {@code 250ms}, {@code 1s}
     * @return the exit code: 0, or 2 for arguments that are not such
     */
    static int run(String[] arguments, PrintStream out, PrintStream err) {
        Optional<Duration> target = arguments.length == ARGUMENTS ? parse(arguments[1]) : Optional.empty();
        if (target.isEmpty()) {
            err.println("calibrate: takes one duration from 1ms to 60s, such as 250ms or 1s");
            return WRONG_USAGE;
        }
        Calibration calibration = Calibration.measure(Runtime.getRuntime().availableProcessors());
        out.println("cost  one login  logins a second on " + calibration.cores() + " cores");
        for (int cost = Calibration.LOWEST; cost <= Calibration.HIGHEST; cost++) {
            out.printf(
                    Locale.ROOT,
                    "%4d  %6d ms  %10.1f%n",
                    cost,
                    calibration.alone(cost).toMillis(),
                    calibration.loginsASecond(cost));
        }
        out.println(calibration
                .highestWithin(target.get())
                .map(cost -> "gatehouse.password.cost=" + cost)
                .orElse("No cost of " + Calibration.LOWEST + " or more takes so little."));
        return DONE;
    }

    private static Optional<Duration> parse(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        Duration duration = matcher.group(2).equals("ms") ? Duration.ofMillis(count) : Duration.ofSeconds(count);
        boolean inBounds = duration.isPositive() && duration.compareTo(Duration.ofMinutes(1)) <= 0;
        return inBounds ? Optional.of(duration) : Optional.empty();
    }
}
