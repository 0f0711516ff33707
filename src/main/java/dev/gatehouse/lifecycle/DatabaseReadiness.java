package dev.gatehouse.lifecycle;

import dev.gatehouse.database.Database;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while the database answers, the role has all rights there and the process shall not end. Reports what the watch saw
 * last, so that a probe never waits for the database.
 */
@Readiness
@ApplicationScoped
class DatabaseReadiness implements AsyncHealthCheck {
    private final Database database;
    private final Shutdown shutdown;

    DatabaseReadiness(Database database, Shutdown shutdown) {
        this.database = database;
        this.shutdown = shutdown;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("database").status(database.isAnswering() && !shutdown.hasBegun());
        String missingRights = database.missingRights();
        if (!missingRights.isEmpty()) {
            response.withData("missing_rights", missingRights);
        }
        return Uni.createFrom().item(response.build());
    }
}
