package dev.gatehouse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.ToLongFunction;

/**
 * What the packaged service takes to be there: time from the start of its process to its first answer and until it is ready,
 * and its resident memory then and after 10 000 mixed requests. With {@code -Dpackaged.executable} it is the native
 * executable's.
 */
public final class Footprint {
    private static final int STARTS = 9;
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 16;
    private static final int ACCOUNTS = 20;

    private Footprint() {}

    private record Start(long firstAnswerMillis, long readyMillis, long megabytes) {}

    public static void main(String... arguments) throws IOException, InterruptedException {
        String database = TestPostgres.newDatabase();
        start(database); // Makes the schema and the keys.
        List<Start> starts = new ArrayList<>();
        for (int n = 0; n < STARTS; n++) {
            starts.add(start(database));
        }
        print("first answer after ms", starts, Start::firstAnswerMillis);
        print("ready after ms", starts, Start::readyMillis);
        print("resident MB then", starts, Start::megabytes);
        // Nothing is refused, however slow the machine: 16 calls may all be logins.
        Map<String, String> patient = Map.of("GATEHOUSE_THROTTLE_ENABLED", "false", "GATEHOUSE_PASSWORD_MAX_WAIT", "PT60S");
        try (PackagedService service = PackagedService.ready(database, patient)) {
            for (int round = 1; round <= 3; round++) {
                long begin = System.nanoTime();
                mixed(service.api(), round);
                Load.print(
                        "resident MB after %d mixed requests: %d, in %d s",
                        round * REQUESTS,
                        Load.residentMegabytes(service.pid()),
                        (System.nanoTime() - begin) / 1_000_000_000);
            }
        }
        System.exit(0);
    }

    private static Start start(String database) throws IOException {
        long begin = System.nanoTime();
        try (PackagedService service = PackagedService.listening(Map.of("QUARKUS_DATASOURCE_JDBC_URL", database))) {
            expect(200, service.api().call("GET", "/notsecret").send());
            long firstAnswer = System.nanoTime();
            service.awaitReady();
            long ready = System.nanoTime();
            return new Start(
                    (firstAnswer - begin) / 1_000_000,
                    (ready - begin) / 1_000_000,
                    Load.residentMegabytes(service.pid()));
        }
    }

    private static void print(String what, List<Start> starts, ToLongFunction<Start> of) {
        long[] sorted = starts.stream().mapToLong(of).sorted().toArray();
        Load.print("%s: median %d, longest %d", what, sorted[sorted.length / 2], sorted[sorted.length - 1]);
    }

    /** In a hundred: 2 logins, 8 refreshes, 10 of the account or its sessions, 60 token checks, 20 of what needs no token. */
    private static void mixed(Api api, int round) throws InterruptedException {
        List<String> access = new ArrayList<>();
        List<String> refresh = new CopyOnWriteArrayList<>();
        for (int n = 0; n < ACCOUNTS; n++) {
            String name = String.format(Locale.ROOT, "user-%d-%d", round, n);
            expect(201, api.signUp(name, Load.PASSWORD));
            Api.Answer login = api.login(name, Load.PASSWORD);
            access.add(login.token());
            refresh.add(login.refreshToken());
        }
        Semaphore clients = new Semaphore(CLIENTS);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int n = 0; n < REQUESTS; n++) {
                int number = n;
                clients.acquire();
                callers.execute(() -> {
                    try {
                        one(api, number, round, access, refresh);
                    } finally {
                        clients.release();
                    }
                });
            }
        }
    }

    private static void one(Api api, int number, int round, List<String> access, List<String> refresh) {
        int account = number % ACCOUNTS; // So that no two calls of one session are under way at once.
        String token = access.get(account);
        int kind = number % 100;
        if (kind < 2) {
            expect(200, api.login(String.format(Locale.ROOT, "user-%d-%d", round, account), Load.PASSWORD));
        } else if (kind < 10) {
            Api.Answer answer = api.refresh(refresh.get(account));
            expect(200, answer);
            refresh.set(account, answer.refreshToken());
        } else if (kind < 20) {
            expect(200, authorized(api, "GET", kind % 2 == 0 ? "/account" : "/sessions", token));
        } else if (kind < 80) {
            expect(kind % 2 == 0 ? 200 : 204, kind % 2 == 0 ? api.secret(token) : authorized(api, "GET", "/verify", token));
        } else {
            String[] open = {"/notsecret", "/.well-known/jwks.json", "/openapi.json", "/notsecret"};
            expect(200, api.call("GET", open[kind % open.length]).send());
        }
    }

    private static Api.Answer authorized(Api api, String method, String path, String token) {
        return api.call(method, path).header("Authorization", "Bearer " + token).send();
    }

    private static void expect(int status, Api.Answer answer) {
        if (answer.status() != status) {
            throw new IllegalStateException("answered " + answer.status() + ": " + answer.text());
        }
    }
}
