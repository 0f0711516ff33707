package dev.gatehouse.platform;

import io.smallrye.config.ConfigMapping;
import jakarta.validation.constraints.Pattern;

/**
 * Quarkus' own setting, named here once more so that its absence stands in the one list of faults that stops a start.
 */
@ConfigMapping(prefix = "quarkus.datasource.jdbc")
interface DatabaseConfig {
    /** The JDBC URL of the Postgres that keeps everything. Dev mode and tests bring their own. */
    @Pattern(
            regexp = "jdbc:postgresql:(?!//[^/?]*@).*",
            message = "must begin with jdbc:postgresql: and not have a user before the host")
    String url();
}
