package dev.gatehouse.http;

import io.smallrye.config.ConfigMapping;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.Optional;

/** Quarkus' own setting, judged here once more: Quarkus would also take {@code *} and regular expressions. */
@ConfigMapping(prefix = "quarkus.http.cors")
interface CorsConfig {
    /** The origins that browsers may call from, each a scheme, a host and perhaps a port; compared exactly. */
    Optional<
                    List<
                            @Pattern(
                                    regexp = "https?://[^*/?#]+",
                                    message = "must be exact origins, such as https://shop.example")
                            String>>
            origins();
}
