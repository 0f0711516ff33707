package dev.gatehouse.password;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import dev.gatehouse.setting.NumberRange;
import dev.gatehouse.setting.NumberSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long passwords are and how dear their hashes. */
@ConfigMapping(prefix = "gatehouse.password")
interface PasswordConfig {
    /**
     * The fewest code points of a new password, 1 to 64. NIST SP 800-63B-4, 3.1.1.2, asks for 15 where a password is
     * the only factor and for 8 where it is not.
     */
    @WithDefault("" + PasswordPolicy.DEFAULT_MIN_LENGTH)
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 1, max = 64)
    int minLength();

    /**
     * The base 2 logarithm of bcrypt's rounds for new hashes, 4 to 15. Each step doubles the time of a login and of
     * a guess. Under 10 the service warns at its start.
     */
    @WithDefault("12")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = CryptString.MIN_COST, max = CryptString.MAX_COST)
    int cost();

    /**
     * How long a login or a sign-up may wait from its request to its hash, 0.1 to 60 seconds. What would wait longer is refused
     * at once with {@code overloaded}.
     */
    @WithDefault("PT2S")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT0.1S", max = "PT60S")
    Duration maxWait();
}
