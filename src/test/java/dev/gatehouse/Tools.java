package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;

/**
 * What the machine has beside a JDK. A test that needs some of it has the tag {@code tools}: {@code .ci/consumers} installs all of it and
 * runs these tests.
 */
final class Tools {
    /** Where {@code .ci/consumers} installs the npm packages of {@code src/consumers/typescript}. */
    static final Path NPM_PROJECT = Path.of("target", "consumers", "typescript").toAbsolutePath();

    private static final boolean REQUIRED = "required".equals(System.getProperty("tools"));

    private Tools() {}

    /** Skips the test where something is missing. Fails the test instead with {@code -Dtools=required}. */
    static void assumePresent(String name, boolean present) {
        if (REQUIRED) {
            assertThat(present).as(name).isTrue();
        } else {
            assumeThat(present).as(name).isTrue();
        }
    }

    /** Whether a command is there and succeeds. */
    static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A port that nothing listens on. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Returns once something listens on a port, for 30 s at most. */
    static void awaitPort(int port) {
        Await.until(() -> listens(port));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("localhost", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
