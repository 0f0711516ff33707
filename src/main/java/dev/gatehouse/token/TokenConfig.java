package dev.gatehouse.token;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import dev.gatehouse.setting.NumberRange;
import dev.gatehouse.setting.NumberSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.Optional;

/** What stands in access tokens and how they are checked. */
@ConfigMapping(prefix = "gatehouse.token")
interface TokenConfig {
    /**
     * How long an access token is good, 1 second to 24 hours, counted in whole seconds. It cannot be called back within
     * this time by services that only check its signature, so keep it short.
     */
    @WithDefault("PT30M")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1S", max = "PT24H")
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
    @DurationRange(min = "PT0S", max = "PT60S")
    Duration leeway();

    /**
     * How many tokens a replica remembers as verified, 0 to 1 million, at some 400 bytes each, so that a token that is shown
     * again costs no signature check; 0 switches that off. At least as many as there are tokens in use at a time.
     */
    @WithDefault("10000")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 0, max = 1_000_000)
    int verifiedLimit();
}
