package dev.gatehouse.token;

import dev.gatehouse.setting.NumberRange;
import dev.gatehouse.setting.NumberSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.util.Optional;

/** What stands in access tokens and how they are checked. Their lifetime is in {@link dev.gatehouse.key.TokenLifetimes}. */
@ConfigMapping(prefix = "gatehouse.token")
interface TokenConfig {
    /** The {@code iss} claim: the name of this service among those whose tokens a verifier accepts. Compared exactly. */
    @WithDefault("gatehouse")
    @NotBlank
    String issuer();

    /**
     * The {@code aud} claim. Without it tokens have none and any is ignored: PyJWT refuses an audience that its caller
     * did not name, and the seed's caller names none.
     */
    Optional<@Pattern(regexp = ".*\\S.*") String> audience();

    /**
     * How many tokens a replica remembers as verified, 0 to 1 million, at some 400 bytes each, so that a token that is shown
     * again costs no signature check; 0 switches that off. At least as many as there are tokens in use at a time.
     */
    @WithDefault("10000")
    @WithConverter(NumberSetting.class)
    @NumberRange(min = 0, max = 1_000_000)
    int verifiedLimit();
}
