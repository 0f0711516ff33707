package dev.gatehouse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * What one address can do to others: requests with damaged forwarding fields, clients that read slowly and clients that send slowly, all at
 * once. {@code -Dhostile=1100} is the long form, with 1100 slow readers, 400 slow senders and 2000 damaged requests.
 */
class HostileClientsIT {
    private static final int LONG_FORM = 1100;
    private static final int READERS = Integer.getInteger("hostile", 220);
    private static final int SENDERS = READERS * 4 / 11;
    private static final int DAMAGED = READERS * 20 / 11;
    private static final int MAXIMUM = Math.min(1024, READERS);

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(10);
    private static final Duration STEP = Duration.ofSeconds(4);

    /** The longest that a connection is watched: 20 s, a look of the service's watch, and what a busy machine adds. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private static final String READ =
            "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";
    private static final String SEND = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    private static final String BROKEN = String.join(
            "\r\n",
            "GET /notsecret HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            "X-Forwarded-For: , 1.2.3.4:x",
            "X-Forwarded-Port: x",
            "",
            "");

    @Test
    void oneAddressKeepsNothingFromAnother() throws Exception {
        InetAddress attacker = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
        Tools.assumePresent("an address besides 127.0.0.1", isOurs(attacker));
        try (PackagedService service = PackagedService.ready(
                TestPostgres.newDatabase(),
                Map.of(
                        "QUARKUS_HTTP_LIMITS_MAX_CONNECTIONS", Integer.toString(MAXIMUM),
                        "QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING", "true",
                        "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", "127.0.0.3"))) {
            Checks checks = new Checks(service);
            List<Socket> open = new ArrayList<>();
            for (int n = 0; n < READERS; n++) {
                open.add(opened(service, attacker, READ));
                if (n < SENDERS) {
                    open.add(opened(service, attacker, SEND));
                }
            }
            for (int n = 0; n < DAMAGED; n++) {
                opened(service, attacker, BROKEN).close();
            }
            long end = System.nanoTime() + LONGEST.toNanos();
            while (!open.isEmpty() && System.nanoTime() < end) {
                long step = System.nanoTime() + STEP.toNanos();
                open.removeIf(HostileClientsIT::isClosed);
                Await.until(() -> System.nanoTime() > step || open.isEmpty());
            }
            double[] millis = checks.end();

            System.out.printf(
                    Locale.ROOT,
                    "hostile clients: %d readers, %d senders, %d damaged; /notsecret of another address: %d calls, p99 %.1f ms%n",
                    READERS,
                    SENDERS,
                    DAMAGED,
                    millis.length,
                    millis[millis.length * 99 / 100]);
            assertThat(open).as("connections that are left").isEmpty();
            assertThat(service.log())
                    .contains("connections=refused peer=127.0.0.2 ")
                    .containsOnlyOnce("connections=refused")
                    .doesNotContain("ERROR");
            if (READERS >= LONG_FORM) {
                assertThat(millis[millis.length * 99 / 100]).isLessThan(100);
            }
        }
    }

    private static boolean isOurs(InetAddress address) {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A connection with a small window, on which a request has been sent. The service may close it at once. */
    private static Socket opened(PackagedService service, InetAddress from, String request) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), service.port()));
        try {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
        } catch (IOException e) {
            // One too many of this client.
        }
        return socket;
    }

    /** Reads at most 64 bytes, and sends one where the service still takes any. */
    private static boolean isClosed(Socket socket) {
        try {
            socket.setSoTimeout(1);
            socket.getOutputStream().write(' ');
            return socket.getInputStream().read(new byte[64]) == -1;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Calls {@code /notsecret} from another address until it is told to end. Each call must be answered. */
    private static final class Checks {
        private final List<Double> millis = new ArrayList<>();
        private final AtomicBoolean ending = new AtomicBoolean();
        private final Thread thread;

        Checks(PackagedService service) {
            thread = Thread.ofVirtual().start(() -> run(service));
        }

        private void run(PackagedService service) {
            while (!ending.get()) {
                long start = System.nanoTime();
                int status = service.api().call("GET", "/notsecret").send().status();
                millis.add(status == 200 ? (System.nanoTime() - start) / 1e6 : Double.POSITIVE_INFINITY);
                LockSupport.parkNanos(CHECK_INTERVAL.toNanos());
            }
        }

        double[] end() throws InterruptedException {
            ending.set(true);
            thread.join();
            double[] sorted = millis.stream().mapToDouble(one -> one).sorted().toArray();
            assertThat(sorted).isNotEmpty();
            assertThat(sorted[sorted.length - 1]).as("all are answered").isFinite();
            return sorted;
        }
    }
}
