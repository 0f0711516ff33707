package dev.gatehouse.throttle;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import dev.gatehouse.setting.NumberRange;
import dev.gatehouse.setting.NumberSetting;
import dev.gatehouse.setting.StrictBoolean;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How many attempts may fail, and how long the next one then waits. */
@ConfigMapping(prefix = "gatehouse.throttle")
interface ThrottleConfig {
    /** Whether attempts are counted at all. Without, something in front must bound guesses. */
    @WithDefault("true")
    @WithConverter(StrictBoolean.class)
    boolean enabled();

    /**
     * How many attempts in a row may fail for a name before it is one an hour, 1 to 100 (NIST SP 800-63B-4, 3.2.2): counted
     * together for all networks that the account has not logged in from, and for each apart that it has.
     */
    @WithDefault("100")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 1, max = 100)
    int nameLimit();

    /**
     * How many attempts for one name from one network may fail at no cost, 1 to 100. Each further failure makes the next attempt
     * wait. This number and 11 more attempts may be under way before one has failed.
     */
    @WithDefault("5")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 1, max = 100)
    int free();

    /**
     * How many attempts from one network (an IPv4 address, an IPv6 /64) may fail, for names that have not logged in from
     * there, before the next one waits, 1 to 100000. Beside these there is room for 100 that are under way.
     */
    @WithDefault("100")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 1, max = 100_000)
    int networkLimit();

    /** As {@link #networkLimit}, for an IPv6 /48, in which one customer may have many networks. */
    @WithDefault("500")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 1, max = 100_000)
    int siteLimit();

    /** How many sign-ups may be tried from one network at once, and in an hour, 1 to 100000. */
    @WithDefault("500")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 1, max = 100_000)
    int signupLimit();

    /** How many wrong passwords a session may give for a change of the password or a deletion, 1 to 100; then one an hour. */
    @WithDefault("10")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 1, max = 100)
    int ownLimit();

    /** How long the first attempt waits that must, 1 second to 1 hour. Each further one waits twice as long. */
    @WithDefault("PT1S")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1S", max = "PT1H")
    Duration firstWait();

    /** How long an attempt waits at most, 1 second to 1 day. */
    @WithDefault("PT15M")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1S", max = "P1D")
    Duration longestWait();

    /** How long it takes until one failure is forgotten, 1 minute to 1 day. */
    @WithDefault("PT1H")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1M", max = "P1D")
    Duration decay();

    /** How long a network is one that an account logs in from, since it last did: 1 hour to 365 days. */
    @WithDefault("P30D")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1H", max = "P365D")
    Duration knownFor();
}
