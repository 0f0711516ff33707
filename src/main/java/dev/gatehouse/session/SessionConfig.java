package dev.gatehouse.session;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import dev.gatehouse.setting.NumberRange;
import dev.gatehouse.setting.NumberSetting;
import dev.gatehouse.setting.StrictBoolean;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long a login lasts, and how its end is made known. Its longest life is in {@link dev.gatehouse.key.TokenLifetimes}. */
@ConfigMapping(prefix = "gatehouse.session")
interface SessionConfig {
    /**
     * How long a session lasts without a refresh, 1 minute to 365 days. Below the lifetime of an access token a client
     * that refreshes only when it must is logged out.
     */
    @WithDefault("P7D")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1M", max = "P365D")
    Duration idle();

    /**
     * How long after it was exchanged a credential is still answered, with the session's current generation, 0 to 300
     * seconds. It is for tabs that refresh at once and for answers that were lost; within it a thief is not noticed. 0 suits
     * only clients that never refresh in parallel and never lose an answer.
     */
    @WithDefault("PT30S")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT0S", max = "PT5M")
    Duration grace();

    /**
     * Whether the service listens to Postgres for the end of sessions ({@code LISTEN}), so that the other replicas' are
     * known within milliseconds. Without it they are known within the interval of the poll, half a second. Must be off behind
     * a connection pooler that pools transactions, such as PgBouncer.
     */
    @WithDefault("true")
    @WithConverter(StrictBoolean.class)
    boolean listen();

    /**
     * How many ended sessions a replica holds in memory, 100 to 1 million, at some 140 bytes each. Each is held while an
     * access token of it can live. When there are more, every check of an access token costs a query.
     */
    @WithDefault("100000")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 100, max = 1_000_000)
    int endedLimit();
}
