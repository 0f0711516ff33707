package dev.gatehouse.token;

import dev.gatehouse.setting.DurationSetting;
import dev.gatehouse.setting.NumberSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** What stands in access tokens and how they are checked. */
@ConfigMapping(prefix = "gatehouse.token")
interface TokenConfig {
    /**
     * How long an access token is good, 1 second to 24 hours, counted in whole seconds. It cannot be called back within
     * this time by services that only check its signature, so keep it short.
     */
    @WithDefault("PT30M")
    @WithConverter(DurationSetting.class)
    @DurationMin(seconds = 1, message = "must be a duration from PT1S to PT24H")
    @DurationMax(hours = 24, message = "must be a duration from PT1S to PT24H")
    Duration lifetime();

    /** The {@code iss} claim: the name of this service among those whose tokens a verifier accepts. Compared exactly. */
    @WithDefault("gatehouse")
    @NotBlank
    String issuer();

    /**
     * The {@code aud} claim. Without it tokens have none and any is ignored: PyJWT refuses an audience that its caller
     * did not name, and the seed's caller names none.
     */
    Optional<@Pattern(regexp = ".*\\S.*") String> audience();

    /** How far clocks may differ, 0 to 60 seconds: what is late or early by less is in time. */
    @WithDefault("PT5S")
    @WithConverter(DurationSetting.class)
    @DurationMin(seconds = 0, message = "must be a duration from PT0S to PT60S")
    @DurationMax(seconds = 60, message = "must be a duration from PT0S to PT60S")
    Duration leeway();

    /**
     * How many tokens a replica remembers as verified, 0 to 1 million, at some 400 bytes each, so that a token that is shown
     * again costs no signature check; 0 switches that off. At least as many as there are tokens in use at a time.
     */
    @WithDefault("10000")
    @WithConverter(NumberSetting.class)
    @Min(value = 0, message = "must be a whole number from 0 to 1000000")
    @Max(value = 1_000_000, message = "must be a whole number from 0 to 1000000")
    int verifiedLimit();
}
