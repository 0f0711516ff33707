package dev.gatehouse.http.connection;

import dev.gatehouse.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** What a connection may do. */
@ConfigMapping(prefix = "gatehouse.http")
interface ConnectionConfig {
    String PER_CLIENT = "must be a number from 0 to 1000000";

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
     * How many connections one client may have at once, an IPv4 address or an IPv6 /64: 0 to 1000000. 0 means no limit. Absent means
     * half of {@code quarkus.http.limits.max-connections}. Trusted proxies have no limit.
     */
    Optional<@Min(value = 0, message = PER_CLIENT) @Max(value = 1_000_000, message = PER_CLIENT) Integer>
            connectionsPerClient();
}
