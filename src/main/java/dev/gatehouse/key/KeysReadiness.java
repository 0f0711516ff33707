package dev.gatehouse.key;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready while a key needs another encryption key, or only refused rows of a purpose are left. */
@Readiness
@ApplicationScoped
class KeysReadiness implements AsyncHealthCheck {
    private final Keyring keyring;

    KeysReadiness(Keyring keyring) {
        this.keyring = keyring;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom()
                .item(HealthCheckResponse.named("keys")
                        .status(keyring.isUsable())
                        .build());
    }
}
