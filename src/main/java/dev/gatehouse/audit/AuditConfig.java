package dev.gatehouse.audit;

import dev.gatehouse.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** How long the audit is kept. */
@ConfigMapping(prefix = "gatehouse.audit")
interface AuditConfig {
    /**
     * How long an event stays in the table, 1 to 3650 days. Events name addresses, so privacy rules may ask for less
     * than an investigation would like.
     */
    @WithDefault("P90D")
    @WithConverter(DurationSetting.class)
    @DurationMin(days = 1, message = "must be a duration from P1D to P3650D")
    @DurationMax(days = 3650, message = "must be a duration from P1D to P3650D")
    Duration retention();
}
