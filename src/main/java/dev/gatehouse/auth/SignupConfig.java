package dev.gatehouse.auth;

import dev.gatehouse.setting.StrictBoolean;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** Who may make an account. */
@ConfigMapping(prefix = "gatehouse.signup")
interface SignupConfig {
    /** Whether {@code POST /signup} makes accounts; when not, it answers {@code signup-closed}. */
    @WithDefault("true")
    @WithConverter(StrictBoolean.class)
    boolean enabled();
}
