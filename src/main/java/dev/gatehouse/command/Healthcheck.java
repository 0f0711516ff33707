package dev.gatehouse.command;

import dev.gatehouse.setting.TlsSettings;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks the service on this machine for its health, for containers that have no other program to do it. */
final class Healthcheck {
    private static final String SERVING = "serving";
    private static final Map<String, String> PATHS =
            Map.of("live", "/q/health/live", "ready", "/q/health/ready", SERVING, "/q/health/group/serving");
    private static final int OK = 200;

    private static final int HEALTHY = 0;
    private static final int UNHEALTHY = 1;
    private static final int WRONG_USAGE = 2;

    private Healthcheck() {}

    /**
     * Waits for the answer for some seconds at most.
     *
     * @param arguments the command's name, and what to ask for: {@code live}, {@code ready} or {@code serving}, which is also
     *     what is asked for without
     * @return the exit code, as a container engine understands it: 0 when it is, 1 when it is not or does not answer; 2 for
     *     arguments that are not such
     */
    static int run(String[] arguments, PrintStream out, PrintStream err) {
        String state = arguments.length == 1 ? SERVING : arguments[1];
        @Nullable String path = arguments.length > 2 ? null : PATHS.get(state);
        if (path == null) {
            err.println("healthcheck: takes one of live, ready and serving, or nothing, which is serving");
            return WRONG_USAGE;
        }
        try {
            LocalHttp management = management();
            int status = management.get(path);
            out.println("healthcheck: "
                    + (status == OK ? state : "not " + state + ", " + management + path + " says " + status));
            return status == OK ? HEALTHY : UNHEALTHY;
        } catch (IOException | IllegalArgumentException e) {
            err.println("healthcheck: not " + state + ", " + e);
            return UNHEALTHY;
        }
    }

    /** Where the service that is configured as this process is has its management port. */
    private static LocalHttp management() throws IOException {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredInterceptors()
                .addDefaultSources()
                .withProfile("prod")
                .build();
        return new LocalHttp(
                speaksTls(config) ? "https" : "http",
                config.getOptionalValue("quarkus.management.host", String.class).orElse("127.0.0.1"),
                config.getOptionalValue("quarkus.management.port", Integer.class)
                        .orElse(9000));
    }

    /** Whether the management port was told to speak TLS, which it does not by default. */
    private static boolean speaksTls(SmallRyeConfig config) {
        return Stream.of(
                                "quarkus.management.ssl.certificate.files",
                                "quarkus.management.ssl.certificate.key-store-file")
                        .anyMatch(setting ->
                                config.getOptionalValue(setting, String.class).isPresent())
                || config.getOptionalValue(TlsSettings.MANAGEMENT_TLS, String.class)
                        .filter(name -> !name.equals(TlsSettings.PLAIN))
                        .isPresent();
    }
}
