package dev.gatehouse.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Quarkus' own settings for CORS. Quarkus would also take {@code *}, regular expressions, and what can never match. */
@ConfigMapping(prefix = "quarkus.http.cors")
interface CorsConfig {
    /** Whether the service looks at the {@code Origin} of requests. */
    @WithDefault("false")
    boolean enabled();

    /**
     * The origins that browsers may call from, each a scheme, a host and perhaps a port, as browsers send them: in lower case, a host beyond
     * ASCII in Punycode, without the default port and without a path. Compared exactly.
     */
    Optional<List<@BrowserOrigin String>> origins();
}
