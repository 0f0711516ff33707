package dev.gatehouse.setting;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Reads a duration setting. What is not one becomes a negative duration, which the setting's bounds must refuse: a
 * converter that throws would hide the faults of the other settings of its group, and a start names all at once.
 */
@RegisterForReflection
public class DurationSetting implements Converter<Duration> {
    private static final long serialVersionUID = 1L;

    private static final Duration UNREADABLE = Duration.ofSeconds(-1);

    @Override
    public Duration convert(String value) {
        try {
            return DurationConverter.parseDuration(value.strip());
        } catch (IllegalArgumentException | ArithmeticException e) {
            return UNREADABLE;
        }
    }
}
