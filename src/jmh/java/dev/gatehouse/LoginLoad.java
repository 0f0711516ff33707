package dev.gatehouse;

import dev.gatehouse.password.Calibration;
import java.time.Duration;
import java.util.Map;

/** Logins a second of the packaged service at cost 12, beside what its hash alone allows. */
public final class LoginLoad {
    private static final int COST = 12;
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration MEASUREMENT = Duration.ofSeconds(20);
    private static final int[] CLIENTS = {1, 8, 64};

    private LoginLoad() {}

    public static void main(String... arguments) {
        run("max-wait 10 s, throttle off", Map.of("GATEHOUSE_PASSWORD_MAX_WAIT", "PT10S", "GATEHOUSE_THROTTLE_ENABLED", "false"));
        run("defaults", Map.of());
        System.exit(0);
    }

    private static void run(String settings, Map<String, String> environment) {
        try (PackagedService service = PackagedService.ready(TestPostgres.newDatabase(), environment)) {
            Load.signUp(service.api(), 64);
            Load.print("%s", settings);
            Load.print("clients  logins/s  of the ceiling  median ms  p99 ms  refused");
            for (int clients : CLIENTS) {
                double before = Calibration.measure(CORES).loginsASecond(COST);
                login(service, clients, WARM_UP);
                Load.Tally tally = login(service, clients, MEASUREMENT);
                double after = Calibration.measure(CORES).loginsASecond(COST);
                double[] times = tally.millis(200);
                double rate = times.length / (MEASUREMENT.toMillis() / 1e3);
                Load.print(
                        "%7d  %8.1f  %5.0f %% of %4.1f  %9.0f  %6.0f  %7d",
                        clients,
                        rate,
                        100 * rate / ((before + after) / 2),
                        (before + after) / 2,
                        Load.quantile(times, 0.5),
                        Load.quantile(times, 0.99),
                        tally.millis(503).length);
            }
        }
    }

    private static Load.Tally login(PackagedService service, int clients, Duration time) {
        return Load.closedLoop(clients, time, client -> {
            Api.Answer answer = service.api().login("user-" + client, Load.PASSWORD);
            if (answer.status() == 503) {
                sleep(answer.header("Retry-After")); // As well-behaved clients do.
            }
            return answer;
        });
    }

    private static void sleep(String seconds) {
        try {
            Thread.sleep(Duration.ofSeconds(Long.parseLong(seconds)));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
