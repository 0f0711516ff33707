package dev.gatehouse.http.connection;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import dev.gatehouse.setting.NumberRange;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** What a connection may do. */
@ConfigMapping(prefix = "gatehouse.http")
interface ConnectionConfig {
    /**
     * How long a request may take from its first byte to its last, and how long a new connection may wait with it: 1 to 60
     * seconds. After that the connection is cut.
     */
    @WithDefault("PT20S")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1S", max = "PT60S")
    Duration requestTimeout();

    /**
     * How many connections one client may have at once, an IPv4 address or an IPv6 /64: 0 to 1000000. 0 means no limit. Absent means
     * half of {@code quarkus.http.limits.max-connections}. Trusted proxies have no limit.
     */
    Optional<@NumberRange(min = 0, max = 1_000_000) Integer> connectionsPerClient();
}
