package dev.gatehouse.key;

import io.smallrye.config.ConfigMapping;

/** The keys' settings. {@code APP_SECRET_STRING} is not read here, see {@link AppSecret}, but it is judged here. */
@ConfigMapping(prefix = "gatehouse.key")
@UsableAppSecret
interface KeyConfig {}
