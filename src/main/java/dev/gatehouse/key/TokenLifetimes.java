package dev.gatehouse.key;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * How long tokens and sessions live. A key is kept as long as its tokens are of use, so these settings are read here, and
 * not in the packages above that they are named after.
 *
 * @param accessToken the lifetime of an access token
 * @param leeway how far clocks may differ
 * @param session the longest life of a session
 * @param refreshWindow how long after its {@code exp} an access token can be refreshed
 */
public record TokenLifetimes(Duration accessToken, Duration leeway, Duration session, Duration refreshWindow) {
    @ConfigMapping(prefix = "gatehouse.token")
    interface AccessTokenLifetimeConfig {
        /**
         * How long an access token is good, 1 second to 24 hours, counted in whole seconds. It cannot be called back within
         * this time by services that only check its signature, so keep it short.
         */
        @WithDefault("PT30M")
        @WithConverter(DurationSetting.class)
        @DurationRange(min = "PT1S", max = "PT24H")
        Duration lifetime();

        /** How far clocks may differ, 0 to 60 seconds: what is late or early by less is in time. */
        @WithDefault("PT5S")
        @WithConverter(DurationSetting.class)
        @DurationRange(min = "PT0S", max = "PT60S")
        Duration leeway();
    }

    @ConfigMapping(prefix = "gatehouse.session")
    interface SessionLifetimeConfig {
        /**
         * How long a session lasts at most, 1 minute to 365 days. Refreshing does not move it, so no login lasts for ever, and
         * no access token is good beyond it.
         */
        @WithDefault("P30D")
        @WithConverter(DurationSetting.class)
        @DurationRange(min = "PT1M", max = "P365D")
        Duration absolute();

        /**
         * How long after its {@code exp} an access token can still be refreshed, 0 to 30 days; with 0 it cannot be
         * refreshed at all, not even before.
         */
        @WithDefault("PT24H")
        @WithConverter(DurationSetting.class)
        @DurationRange(min = "PT0S", max = "P30D")
        Duration accessTokenRefreshWindow();
    }

    /** Reads the settings. */
    @Singleton
    static class Settings {
        @Produces
        @Singleton
        TokenLifetimes configured(AccessTokenLifetimeConfig token, SessionLifetimeConfig session) {
            return new TokenLifetimes(
                    token.lifetime(), token.leeway(), session.absolute(), session.accessTokenRefreshWindow());
        }
    }

    /** Returns how long after it was made an access token can be accepted anywhere. */
    public Duration accessTokenWithLeeway() {
        return accessToken.plus(leeway);
    }

    /** Returns how long after it was made a token can be of any use to its session. */
    Duration longestUse() {
        return refreshWindow.compareTo(session) > 0 ? refreshWindow : session;
    }
}
