package dev.gatehouse.database;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.jboss.logging.Logger;

/**
 * Migrates the schema with Flyway. Flyway's own log is off, because a start that fails is tried again every second and would
 * repeat it. This class logs what changes.
 */
final class DatabaseSchema {
    private static final Logger LOG = Logger.getLogger(DatabaseSchema.class);

    private static final MigrationVersion FIRST = MigrationVersion.fromVersion("1");

    private final Flyway configured;
    private final OwnConnections connections;
    private boolean validated;
    private int announced;

    DatabaseSchema(Flyway configured, OwnConnections connections) {
        this.configured = configured;
        this.connections = connections;
    }

    /** The table in which Flyway keeps what it has applied. */
    String history() {
        return configured.getConfiguration().getTable();
    }

    /**
     * Brings the schema to this version's, or to the version of a newer release that has migrated it before. Does nothing
     * when that was done and nothing has become pending since. Flyway holds an advisory lock while it works, so replicas
     * that start together migrate one after the other.
     *
     * @param connection to look up what the role may do
     * @throws MissingRightsException if the role may not migrate
     * @throws IllegalStateException if an unreleased build has made the tables
     */
    void migrate(Connection connection) {
        int pending = pending();
        if (pending == 0 && validated) {
            return;
        }
        if (pending > 0) {
            require(DatabaseRights.missingToMigrate(connection));
            announce(pending);
        }
        try (AgroalDataSource pool = pending > 0 ? connections.migrationPool() : connections.pool()) {
            Flyway flyway = flyway(pool);
            int applied = flyway.migrate().migrationsExecuted; // Where nothing is pending it still validates.
            MigrationInfoService migrations = flyway.info();
            if (migrations.pending().length > 0) {
                throw new IllegalStateException("schema is at " + migrations.current() + " and lacks migrations");
            }
            validated = true;
            announceResult(migrations, applied);
        }
    }

    private int pending() {
        try (AgroalDataSource pool = connections.pool()) {
            MigrationInfoService migrations = flyway(pool).info();
            refuseUnreleased(migrations);
            return migrations.pending().length;
        }
    }

    /**
     * Refuses a database whose first migration is not this version's. A released migration is never edited, so an unreleased build
     * has made such a database. Flyway's own message would advise a repair, which does not change the tables.
     */
    private static void refuseUnreleased(MigrationInfoService migrations) {
        boolean unreleased = Arrays.stream(migrations.applied())
                .filter(migration -> FIRST.equals(migration.getVersion()))
                .anyMatch(first -> !first.isChecksumMatching() || !first.isDescriptionMatching());
        if (unreleased) {
            throw new IllegalStateException(
                    "an unreleased build has made the tables of this database; give the service an empty one");
        }
    }

    private Flyway flyway(AgroalDataSource pool) {
        return Flyway.configure()
                .configuration(configured.getConfiguration())
                .dataSource(pool)
                .load();
    }

    /** @throws MissingRightsException when there are any */
    static void require(List<String> missing) {
        if (!missing.isEmpty()) {
            throw new MissingRightsException(missing);
        }
    }

    private void announce(int pending) {
        if (pending != announced) {
            LOG.infof("schema=migrating pending=%d", pending);
        }
        announced = pending;
    }

    private static void announceResult(MigrationInfoService migrations, int applied) {
        MigrationInfo current = migrations.current();
        long unknown = Arrays.stream(migrations.all())
                .map(MigrationInfo::getState)
                .filter(state -> state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED)
                .count();
        if (unknown > 0) {
            LOG.warnf(
                    "schema=newer version=%s unknown_migrations=%d effect=\"a newer release has migrated it; it is served\"",
                    current.getVersion(), unknown);
        } else {
            LOG.infof("schema=current version=%s applied=%d", current.getVersion(), applied);
        }
    }
}
