package dev.gatehouse.auth;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** How long a login lasts. */
@ConfigMapping(prefix = "gatehouse.session")
interface SessionConfig {
    /**
     * How long after its {@code exp} an access token can still be refreshed, 0 to 30 days; with 0 it cannot be
     * refreshed at all, not even before.
     */
    @WithDefault("PT24H")
    @DurationMin(seconds = 0)
    @DurationMax(days = 30)
    Duration accessTokenRefreshWindow();
}
