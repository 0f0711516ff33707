package dev.gatehouse.password;

import dev.gatehouse.setting.DurationSetting;
import dev.gatehouse.setting.NumberSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** How long passwords are and how dear their hashes. */
@ConfigMapping(prefix = "gatehouse.password")
interface PasswordConfig {
    /**
     * The fewest code points of a new password, 1 to 64. NIST SP 800-63B-4, 3.1.1.2, asks for 15 where a password is
     * the only factor and for 8 where it is not.
     */
    @WithDefault("8")
    @WithConverter(NumberSetting.class)
    @Min(value = 1, message = "must be a whole number from 1 to 64")
    @Max(value = 64, message = "must be a whole number from 1 to 64")
    int minLength();

    /**
     * The base 2 logarithm of bcrypt's rounds for new hashes, 4 to 15. Each step doubles the time of a login and of
     * a guess. Under 10 the service warns at its start.
     */
    @WithDefault("12")
    @WithConverter(NumberSetting.class)
    @Min(value = CryptString.MIN_COST, message = "must be a whole number from 4 to 15")
    @Max(value = CryptString.MAX_COST, message = "must be a whole number from 4 to 15")
    int cost();

    /**
     * How long a login or a sign-up may wait from its request to its hash, 0.1 to 60 seconds. What would wait longer is refused
     * at once with {@code overloaded}.
     */
    @WithDefault("PT2S")
    @WithConverter(DurationSetting.class)
    @DurationMin(millis = 100, message = "must be a duration from PT0.1S to PT60S")
    @DurationMax(seconds = 60, message = "must be a duration from PT0.1S to PT60S")
    Duration maxWait();
}
