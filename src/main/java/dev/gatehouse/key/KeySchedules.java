package dev.gatehouse.key;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the schedule of the keys from the settings of this room and of those above. */
@Singleton
class KeySchedules {
    @Produces
    @Singleton
    KeySchedule configured(KeyConfig config, AccessTokenLife accessTokenLife, SessionLife sessionLife) {
        return new KeySchedule(
                KeyAlgorithm.named(config.algorithm()),
                config.lifetime(),
                accessTokenLife.longest(),
                sessionLife.longest());
    }
}
