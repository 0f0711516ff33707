package dev.gatehouse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Chromium without a window that shows one page, driven by the DevTools protocol. */
final class Chromium implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final Process process;
    private final WebSocket socket;
    private int calls;

    /** Whether it can be started. */
    static boolean isInstalled() {
        return Tools.succeeds("chromium", "--version");
    }

    /**
     * Starts it.
     *
     * @param profile an empty folder
     * @param width of the page, in CSS pixels
     */
    Chromium(Path profile, int width) throws IOException, InterruptedException {
        process = new ProcessBuilder(
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--no-first-run",
                        "--disable-crash-reporter",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Path port = profile.resolve("DevToolsActivePort");
            Await.until(() -> port.toFile().length() > 0);
            socket = connected(Files.readAllLines(port).getFirst());
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            process.destroy();
            throw e;
        }
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    }

    private WebSocket connected(String port) throws IOException, InterruptedException {
        HttpRequest newPage = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        String page = client.send(newPage, HttpResponse.BodyHandlers.ofString()).body();
        URI address =
                URI.create(MAPPER.readTree(page).path("webSocketDebuggerUrl").asText());
        return client.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .buildAsync(address, new Messages())
                .join();
    }

    /** Keeps each message whole. */
    private final class Messages implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                messages.add(message.toString());
                message.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    /** Begins to load a page. */
    void open(String address) {
        call("Page.navigate", Map.of("url", address));
    }

    /** Returns the value of a JavaScript expression in the page. */
    JsonNode evaluate(String expression) {
        return call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true))
                .at("/result/result/value");
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        int id = ++calls;
        try {
            socket.sendText(MAPPER.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                    .join();
            while (true) {
                String message = messages.poll(20, TimeUnit.SECONDS);
                if (message == null) {
                    throw new IllegalStateException("no answer to " + method);
                }
                JsonNode read = MAPPER.readTree(message);
                if (read.path("id").asInt() == id) {
                    return read;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Also ends its child processes, because they write into the profile. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        socket.abort();
        process.destroy();
        process.onExit().join();
        children.forEach(ProcessHandle::destroyForcibly);
        // A killed process that nobody has reaped yet does not count as ended, and writes no more.
        CompletableFuture.allOf(children.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, 5, TimeUnit.SECONDS)
                .join();
    }
}
