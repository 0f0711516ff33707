package dev.gatehouse.key;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import dev.gatehouse.setting.StrictBoolean;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The keys that the service makes for itself, unless {@code APP_SECRET_STRING} is set. That is not read here, see
 * {@link AppSecret}, but it is judged here.
 */
@ConfigMapping(prefix = "gatehouse.key")
@UsableSecrets
interface KeyConfig {
    /**
     * What new keys are for: {@code ES256}, {@code RS256} or {@code EdDSA}. After a change and a restart a key of the new
     * algorithm is published, and signs a quarter of an hour later.
     */
    @WithDefault("ES256")
    @Pattern(regexp = "ES256|RS256|EdDSA", message = "must be ES256, RS256 or EdDSA")
    String algorithm();

    /**
     * How long a key signs, 1 hour to 365 days. Shorter than an hour and the next one could not be published in time;
     * afterwards it verifies on for as long as its tokens are of use.
     */
    @WithDefault("P30D")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT1H", max = "P365D")
    Duration lifetime();

    /**
     * Keys of 32 bytes each in base64, separated by commas, under which the service's own are encrypted in the database:
     * the first encrypts, all decrypt. Without any, whoever reads the database can sign tokens. The first must not be easily guessed.
     */
    Optional<List<String>> encryptionKeys();

    /**
     * A file with {@link #encryptionKeys}, instead of that setting; line breaks and blanks around its content do not count. It
     * is read at the start. Empty: there is none.
     */
    Optional<Path> encryptionKeysFile();

    /**
     * Whether keys that the database holds in clear are good although there are encryption keys. They are encrypted as soon as
     * they are read. Only while encryption is being enabled: afterwards such a key was written by somebody else.
     */
    @WithDefault("false")
    @WithConverter(StrictBoolean.class)
    boolean acceptClear();
}
