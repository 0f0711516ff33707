package dev.gatehouse.audit;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long the audit is kept. */
@ConfigMapping(prefix = "gatehouse.audit")
interface AuditConfig {
    /**
     * How long an event stays in the table, 1 to 3650 days. Events name addresses, so privacy rules may ask for less
     * than an investigation would like.
     */
    @WithDefault("P90D")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "P1D", max = "P3650D")
    Duration retention();
}
