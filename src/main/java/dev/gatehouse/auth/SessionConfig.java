package dev.gatehouse.auth;

import dev.gatehouse.platform.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
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
    @WithConverter(DurationSetting.class)
    @DurationMin(seconds = 0, message = "must be a duration from PT0S to P30D")
    @DurationMax(days = 30, message = "must be a duration from PT0S to P30D")
    Duration accessTokenRefreshWindow();

    /**
     * How long after the password was given tokens can be refreshed at all, 1 hour to 365 days. Refreshing does not move
     * it, so no login lasts for ever.
     */
    @WithDefault("P30D")
    @WithConverter(DurationSetting.class)
    @DurationMin(hours = 1, message = "must be a duration from PT1H to P365D")
    @DurationMax(days = 365, message = "must be a duration from PT1H to P365D")
    Duration absolute();
}
