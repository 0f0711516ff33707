package dev.gatehouse.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** What a connection may do. */
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
}
