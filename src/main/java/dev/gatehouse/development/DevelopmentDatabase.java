package dev.gatehouse.development;

import io.quarkus.runtime.LaunchMode;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Gives dev mode and tests a database when none is configured. A configured JDBC URL switches this off. */
public class DevelopmentDatabase implements ConfigSourceFactory {
    private static final String URL = "quarkus.datasource.jdbc.url";

    /**
     * Live reload loads this class again and again; what the loads share is the JVM. The mode is part of the name,
     * because continuous testing runs in dev mode's JVM and must not touch its data.
     */
    private static final String STARTED_URL = "gatehouse.development.jdbc-url.";

    /** Beside the project's sources, so that {@code clean} leaves it; git ignores it. */
    private static final Path KEPT_DATA = Path.of(".postgres");

    /** Below every other source. */
    private static final int ORDINAL = 1;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        if (!LaunchMode.current().isDevOrTest() || isConfigured(context)) {
            return List.of();
        }
        return List.of(new PropertiesConfigSource(Map.of(URL, startedUrl()), "embedded Postgres", ORDINAL));
    }

    private static boolean isConfigured(ConfigSourceContext context) {
        ConfigValue url = context.getValue(URL);
        return url != null && url.getValue() != null && !url.getValue().isBlank();
    }

    private static String startedUrl() {
        synchronized (Runtime.getRuntime()) { // An object that all class loaders share.
            String property = STARTED_URL + LaunchMode.current();
            String url = System.getProperty(property);
            if (url == null) {
                url = start();
                System.setProperty(property, url);
            }
            return url;
        }
    }

    private static String start() {
        DatabaseServer server = ServiceLoader.load(DatabaseServer.class, DevelopmentDatabase.class.getClassLoader())
                .findFirst()
                .orElseThrow();
        try {
            return server.start(keptData());
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded Postgres did not start; set " + URL + " to use another", e);
        }
    }

    /** Dev mode's data stays; tests begin with none. */
    private static Optional<Path> keptData() {
        return LaunchMode.current() == LaunchMode.DEVELOPMENT
                ? Optional.of(KEPT_DATA.toAbsolutePath())
                : Optional.empty();
    }
}
