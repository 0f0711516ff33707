package dev.gatehouse.database;

import dev.gatehouse.setting.NumberSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Optional;

/** Settings of Quarkus. They are validated here so that one message at the start names their faults with all others. */
@ConfigMapping(prefix = "quarkus.datasource.jdbc")
interface DatabaseConfig {
    /** The JDBC URL of the Postgres that keeps everything; required. Dev mode and tests bring their own. */
    @DatabaseUrl
    Optional<String> url();

    /** How many connections the pool may have, 1 to 262143, the most that Postgres can be configured for. */
    @WithDefault("20") // As in application.properties, which is what Quarkus reads.
    @WithConverter(NumberSetting.class)
    @Min(value = 1, message = "must be a whole number of at least 1")
    @Max(value = 262_143, message = "must be a whole number of at most 262143")
    int maxSize();
}
