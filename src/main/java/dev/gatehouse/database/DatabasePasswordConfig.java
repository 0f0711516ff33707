package dev.gatehouse.database;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Where the database's password stands, if it is not a setting. */
@ConfigMapping(prefix = "gatehouse.database")
interface DatabasePasswordConfig {
    /**
     * A file with the password in UTF-8, less one line break at its end; it is read at each new connection and goes before
     * {@code quarkus.datasource.password}. Empty: there is none.
     */
    Optional<Path> passwordFile();
}
