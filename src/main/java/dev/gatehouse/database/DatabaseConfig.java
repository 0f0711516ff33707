package dev.gatehouse.database;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/**
 * Quarkus' own setting, named here once more so that its absence stands in the one list of faults that stops a start.
 */
@ConfigMapping(prefix = "quarkus.datasource.jdbc")
interface DatabaseConfig {
    /** The JDBC URL of the Postgres that keeps everything; required. Dev mode and tests bring their own. */
    @DatabaseUrl
    Optional<String> url();
}
