package dev.gatehouse.lifecycle;

import dev.gatehouse.database.Database;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.HealthGroup;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether traffic should be routed here: keys and ended sessions have been read once, so that tokens are checked, also while
 * the database is away. Until the shutdown begins. A replica that does not serve is not ready either.
 */
@Readiness
@HealthGroup("serving")
@ApplicationScoped
class ServingHealth implements AsyncHealthCheck {
    private final Database database;
    private final Shutdown shutdown;

    ServingHealth(Database database, Shutdown shutdown) {
        this.database = database;
        this.shutdown = shutdown;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom()
                .item(HealthCheckResponse.named("serving")
                        .status(database.hasBeenReached() && !shutdown.hasBegun())
                        .build());
    }
}
