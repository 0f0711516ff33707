package dev.gatehouse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether the time of a login tells which names are accounts'. Logins of several kinds are made in turn, in another order
 * each round, and each kind's times are compared with those of unknown names by the rank test of Mann and Whitney: the
 * share of pairs in which the one took longer, which is 0.5 where nothing tells them apart.
 */
public final class LoginEvenness {
    /** Of the standard error that the share has by chance alone. */
    private static final double TOLERATED_ERRORS = 3.3;

    private static final String UNKNOWN = "unknown name";

    /** Up to this cost there is time for all kinds. */
    private static final int CHEAP = 6;

    private LoginEvenness() {}

    /** The name and the password of one kind of login. */
    private record Kind(String name, String password) {}

    public static void main(String... arguments) throws Exception {
        boolean even = run(6, 5000, 0) & run(6, 2500, 4) & run(12, 300, 0);
        System.exit(even ? 0 : 1);
    }

    private static boolean run(int cost, int rounds, int clientsBeside) throws Exception {
        String url = TestPostgres.newDatabase();
        Map<String, String> environment = Map.of(
                "GATEHOUSE_PASSWORD_COST", String.valueOf(cost),
                "GATEHOUSE_PASSWORD_MAX_WAIT", "PT30S",
                "GATEHOUSE_THROTTLE_ENABLED", "false");
        try (PackagedService service = PackagedService.ready(url, environment)) {
            Map<String, Kind> kinds = kinds(service, Sql.of(url));
            if (cost > CHEAP) {
                kinds.keySet().removeIf(kind -> kind.contains("character"));
            }
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> beside = CompletableFuture.runAsync(() -> keepBusy(service, clientsBeside, done));
            sample(service, kinds, rounds / 10); // Warms up.
            Map<String, double[]> times = sample(service, kinds, rounds);
            done.set(true);
            beside.join();
            Load.print("cost %d, %d logins of each kind, %d clients beside", cost, rounds, clientsBeside);
            return report(times);
        }
    }

    private static Map<String, Kind> kinds(PackagedService service, Sql sql) {
        for (String name : new String[] {"known", "imported", "deleted"}) {
            service.api().signUp(name, Load.PASSWORD);
        }
        sql.update("UPDATE account SET password_hash = regexp_replace(password_hash, '^.2b.[0-9]+', '$2b$04')"
                + " WHERE username = 'imported'");
        service.api().deleteAccount(service.api().login("deleted", Load.PASSWORD).token(), Load.PASSWORD);
        Map<String, Kind> kinds = new LinkedHashMap<>();
        kinds.put(UNKNOWN, new Kind("nobody", "not the password"));
        kinds.put("another unknown name", new Kind("nobody-else", "not the password"));
        kinds.put("known name", new Kind("known", "not the password"));
        kinds.put("known name, 1 character", new Kind("known", "x"));
        kinds.put("known name, 200 characters", new Kind("known", "x".repeat(200)));
        kinds.put("hash of cost 4, imported", new Kind("imported", "not the password"));
        kinds.put("deleted account", new Kind("deleted", "not the password"));
        return kinds;
    }

    private static void keepBusy(PackagedService service, int clients, AtomicBoolean done) {
        while (clients > 0 && !done.get()) {
            Load.closedLoop(clients, Duration.ofSeconds(1), n -> service.api().login("beside-" + n, "not the password"));
        }
    }

    private static Map<String, double[]> sample(PackagedService service, Map<String, Kind> kinds, int rounds) {
        Map<String, double[]> times = new LinkedHashMap<>();
        kinds.keySet().forEach(kind -> times.put(kind, new double[rounds]));
        List<String> order = new ArrayList<>(kinds.keySet());
        Random random = new Random(1);
        for (int round = 0; round < rounds; round++) {
            Collections.shuffle(order, random);
            for (String kind : order) {
                Kind login = kinds.get(kind);
                long start = System.nanoTime();
                Api.Answer answer = service.api().login(login.name(), login.password());
                times.get(kind)[round] = (System.nanoTime() - start) / 1e6;
                if (answer.status() != 401) {
                    throw new IllegalStateException(kind + ": " + answer.status());
                }
            }
        }
        return times;
    }

    private static boolean report(Map<String, double[]> times) {
        double[] unknown = times.get(UNKNOWN);
        double tolerated = TOLERATED_ERRORS * Math.sqrt((2.0 * unknown.length + 1) / (12.0 * unknown.length * unknown.length));
        boolean even = true;
        Load.print("  %-28s  median ms  share that took longer (0.5 within %.3f)", "", tolerated);
        for (Map.Entry<String, double[]> kind : times.entrySet()) {
            double share = shareThatTookLonger(kind.getValue(), unknown);
            boolean same = Math.abs(share - 0.5) <= tolerated;
            even &= same;
            double[] sorted = kind.getValue().clone();
            Arrays.sort(sorted);
            Load.print("  %-28s  %9.2f  %.3f %s", kind.getKey(), Load.quantile(sorted, 0.5), share, same ? "" : "TELLS");
        }
        return even;
    }

    /** The statistic U of Mann and Whitney, as a share of all pairs. */
    static double shareThatTookLonger(double[] ones, double[] others) {
        double[] sorted = others.clone();
        Arrays.sort(sorted);
        double longer = 0;
        for (double one : ones) {
            int at = Arrays.binarySearch(sorted, one);
            longer += at >= 0 ? at + 0.5 : -at - 1;
        }
        return longer / ((double) ones.length * others.length);
    }
}
