package dev.gatehouse.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** What a connection may do, and what becomes of calls at the end. */
@ConfigMapping(prefix = "gatehouse.http")
interface HttpConfig {
    /**
     * How long a request may take from its first byte to its last, and how long a new connection may wait with it: 1 to 60
     * seconds. After that the connection is cut.
     */
    @WithDefault("PT20S")
    @WithConverter(DurationSetting.class)
    @DurationMin(seconds = 1, message = "must be a duration from PT1S to PT60S")
    @DurationMax(seconds = 60, message = "must be a duration from PT1S to PT60S")
    Duration requestTimeout();

    /**
     * How long calls are still taken after the process was told to end, 0 to 60 seconds. It says at once that it is not
     * serving; load balancers need a moment to notice.
     */
    @WithDefault("PT0S")
    @WithConverter(DurationSetting.class)
    @DurationMin(seconds = 0, message = "must be a duration from PT0S to PT60S")
    @DurationMax(seconds = 60, message = "must be a duration from PT0S to PT60S")
    Duration shutdownDelay();
}
