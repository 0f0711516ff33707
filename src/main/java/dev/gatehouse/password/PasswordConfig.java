package dev.gatehouse.password;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How long passwords are and how dear their hashes. */
@ConfigMapping(prefix = "gatehouse.password")
interface PasswordConfig {
    /**
     * The fewest code points of a new password, 1 to 64. NIST SP 800-63B-4, 3.1.1.2, asks for 15 where a password is
     * the only factor and for 8 where it is not.
     */
    @WithDefault("8")
    @Min(1)
    @Max(64)
    int minLength();

    /**
     * The base 2 logarithm of bcrypt's rounds for new hashes, 4 to 15. Each step doubles the time of a login and of
     * a guess. Under 10 the service warns at its start.
     */
    @WithDefault("12")
    @Min(CryptString.MIN_COST)
    @Max(CryptString.MAX_COST)
    int cost();
}
