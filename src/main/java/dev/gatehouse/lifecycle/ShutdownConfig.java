package dev.gatehouse.lifecycle;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What becomes of calls when the process ends. */
@ConfigMapping(prefix = "gatehouse.http")
interface ShutdownConfig {
    /**
     * How long calls are still taken after the process was told to end, 0 to 60 seconds. It says at once that it is not
     * serving; load balancers need a moment to notice.
     */
    @WithDefault("PT0S")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT0S", max = "PT60S")
    Duration shutdownDelay();

    /**
     * How long the calls and the clean-ups that are under way may take when the process ends, after the delay: 1 to 300 seconds. The
     * process ends at most 5 s later.
     */
    @WithDefault("PT30S")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1S", max = "PT5M")
    Duration shutdownTimeout();
}
