package dev.gatehouse;

import dev.gatehouse.password.Calibration;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What the packaged service does at cost 12 while ten times as many logins come as it can hash, and afterwards. */
public final class LoginFlood {
    private static final int COST = 12;
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final Duration FLOOD = Duration.ofSeconds(30);
    private static final Duration CALM = Duration.ofSeconds(10);
    private static final Duration RECOVERY = Duration.ofSeconds(5);
    private static final int CHECKS_A_SECOND = 100;
    private static final int REFRESHES_A_SECOND = 10;

    private LoginFlood() {}

    public static void main(String... arguments) throws Exception {
        run("throttle off", Map.of("GATEHOUSE_THROTTLE_ENABLED", "false", "GATEHOUSE_SESSION_GRACE", "PT5M"));
        run("defaults", Map.of("GATEHOUSE_SESSION_GRACE", "PT5M"));
        System.exit(0);
    }

    private static void run(String settings, Map<String, String> environment) throws Exception {
        int flood = 10 * (int) Calibration.measure(CORES).loginsASecond(COST);
        try (PackagedService service = PackagedService.ready(TestPostgres.newDatabase(), environment)) {
            Load.signUp(service.api(), 8);
            Api.Answer first = service.api().login("user-0", Load.PASSWORD);
            String token = first.token();
            String refreshToken = first.refreshToken();
            login(service, CALM);
            double calm = login(service, CALM);
            check(service, token, CALM);
            double[] calmChecks = check(service, token, CALM).millis(200);
            long residentBefore = Load.residentMegabytes(service.pid());
            CompletableFuture<Load.Tally> checks = CompletableFuture.supplyAsync(() -> check(service, token, FLOOD));
            CompletableFuture<Load.Tally> refreshes = CompletableFuture.supplyAsync(() -> refresh(service, refreshToken));
            Load.Tally tally = Load.openLoop(flood, FLOOD, n -> service.api().login("nobody-" + n, Load.PASSWORD));
            long residentAfter = Load.residentMegabytes(service.pid());
            Load.Tally flooded = checks.join();
            Thread.sleep(RECOVERY.toMillis());
            double recovered = login(service, CALM);
            Load.print("%s: %d logins a second with wrong passwords for %d s", settings, flood, FLOOD.toSeconds());
            for (int status : new int[] {401, 429, 503, 500, 0}) {
                double[] times = tally.millis(status);
                Load.print(
                        "  %3d: %5d, median %5.0f ms, p99 %5.0f ms, longest %5.0f ms",
                        status,
                        times.length,
                        Load.quantile(times, 0.5),
                        Load.quantile(times, 0.99),
                        Load.quantile(times, 1));
            }
            double[] floodedChecks = flooded.millis(200);
            Load.print(
                    "  /secret, %d a second: p99 %.1f ms (calm: %.1f ms), all answered 200: %s",
                    CHECKS_A_SECOND,
                    Load.quantile(floodedChecks, 0.99),
                    Load.quantile(calmChecks, 0.99),
                    floodedChecks.length == CHECKS_A_SECOND * FLOOD.toSeconds());
            double[] floodedRefreshes = refreshes.join().millis(200);
            Load.print(
                    "  /refresh_token, %d a second: p99 %.1f ms, all answered 200: %s",
                    REFRESHES_A_SECOND,
                    Load.quantile(floodedRefreshes, 0.99),
                    floodedRefreshes.length == REFRESHES_A_SECOND * FLOOD.toSeconds());
            Load.print("  resident memory: %d MB before, %d MB after", residentBefore, residentAfter);
            Load.print("  8 clients' logins a second: %.1f before, %.1f from 5 s after the flood", calm, recovered);
        }
    }

    private static double login(PackagedService service, Duration time) {
        double[] times = Load.closedLoop(8, time, client -> service.api().login("user-" + client, Load.PASSWORD))
                .millis(200);
        return times.length / (time.toMillis() / 1e3);
    }

    /** Of one session, whose grace is long enough for the whole flood. */
    private static Load.Tally refresh(PackagedService service, String refreshToken) {
        try {
            return Load.openLoop(REFRESHES_A_SECOND, FLOOD, n -> service.api().refresh(refreshToken));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Load.Tally check(PackagedService service, String token, Duration time) {
        try {
            return Load.openLoop(CHECKS_A_SECOND, time, n -> service.api().secret(token));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
