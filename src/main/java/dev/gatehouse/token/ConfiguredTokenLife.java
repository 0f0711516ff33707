package dev.gatehouse.token;

import dev.gatehouse.key.AccessTokenLife;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Tells the rooms of sessions and keys how long access tokens can live. */
@Singleton
class ConfiguredTokenLife implements AccessTokenLife {
    private final TokenConfig config;

    ConfiguredTokenLife(TokenConfig config) {
        this.config = config;
    }

    @Override
    public Duration longest() {
        return config.lifetime().plus(config.leeway());
    }
}
