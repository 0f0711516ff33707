package dev.gatehouse.database;

import dev.gatehouse.setting.NumberSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.util.Optional;

/** Settings of Quarkus, named here once more so that their faults stand in the one list that stops a start. */
@ConfigMapping(prefix = "quarkus.datasource.jdbc")
interface DatabaseConfig {
    /** The JDBC URL of the Postgres that keeps everything; required. Dev mode and tests bring their own. */
    @DatabaseUrl
    Optional<String> url();

    /** How many connections the pool may have, at least 1. */
    @WithDefault("20") // As in application.properties, which is what Quarkus reads.
    @WithConverter(NumberSetting.class)
    @Min(value = 1, message = "must be a whole number of at least 1")
    int maxSize();
}
