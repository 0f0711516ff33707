package dev.gatehouse.session;

import dev.gatehouse.key.SessionLife;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Tells the room of keys for how long tokens are of use to sessions. */
@Singleton
class ConfiguredSessionLife implements SessionLife {
    private final SessionConfig config;

    ConfiguredSessionLife(SessionConfig config) {
        this.config = config;
    }

    @Override
    public Duration longest() {
        Duration window = config.accessTokenRefreshWindow();
        return window.compareTo(config.absolute()) > 0 ? window : config.absolute();
    }
}
