package dev.gatehouse;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What 500 sockets that send a byte every ten seconds do to others, and when they are cut. */
public final class SlowClients {
    private static final int SOCKETS = 500;
    private static final Duration BETWEEN_BYTES = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int CHECKS_A_SECOND = 100;
    private static final String HEAD = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    private SlowClients() {}

    public static void main(String... arguments) throws Exception {
        try (PackagedService service = PackagedService.ready(TestPostgres.newDatabase(), Map.of())) {
            Load.signUp(service.api(), 1);
            String token = service.api().login("user-0", Load.PASSWORD).token();
            check(service, token, LONGEST); // Warms up.
            double[] calm = check(service, token, LONGEST);
            CompletableFuture<double[]> checks = CompletableFuture.supplyAsync(() -> check(service, token, LONGEST));
            long start = System.nanoTime();
            List<Socket> open = new ArrayList<>();
            for (int n = 0; n < SOCKETS; n++) {
                Socket socket = new Socket("localhost", service.port());
                socket.getOutputStream()
                        .write((n % 2 == 0 ? HEAD : HEAD + "Content-Length: 100\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                open.add(socket);
            }
            long lastCut = start;
            long lastByte = start;
            while (!open.isEmpty() && System.nanoTime() - start < LONGEST.toNanos()) {
                boolean due = System.nanoTime() - lastByte >= BETWEEN_BYTES.toNanos();
                lastByte = due ? System.nanoTime() : lastByte;
                if (open.removeIf(socket -> isCut(socket, due))) {
                    lastCut = System.nanoTime();
                }
                Thread.sleep(100);
            }
            double[] beside = checks.join();
            Load.print(
                    "%d sockets, a byte every %d s: %d are left after %d s, the last was cut after %.1f s",
                    SOCKETS,
                    BETWEEN_BYTES.toSeconds(),
                    open.size(),
                    LONGEST.toSeconds(),
                    (lastCut - start) / 1e9);
            Load.print(
                    "  /secret, %d a second for %d s: p99 %.1f ms beside them, %.1f ms without; answered 200: %d and %d",
                    CHECKS_A_SECOND,
                    LONGEST.toSeconds(),
                    Load.quantile(beside, 0.99),
                    Load.quantile(calm, 0.99),
                    beside.length,
                    calm.length);
        }
        System.exit(0);
    }

    private static boolean isCut(Socket socket, boolean sendAByte) {
        try {
            if (sendAByte) {
                socket.getOutputStream().write('x');
            }
            socket.setSoTimeout(1);
            return socket.getInputStream().read() == -1;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static double[] check(PackagedService service, String token, Duration time) {
        try {
            return Load.openLoop(CHECKS_A_SECOND, time, n -> service.api().secret(token))
                    .millis(200);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
