package dev.gatehouse.setting;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Reads a whole number. What is not one becomes {@link Integer#MIN_VALUE}, which the setting's bounds must refuse, for
 * the reason that {@link DurationSetting} gives.
 */
@RegisterForReflection
public class NumberSetting implements Converter<Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public Integer convert(String value) {
        try {
            return Integer.valueOf(value.strip());
        } catch (NumberFormatException e) {
            return Integer.MIN_VALUE;
        }
    }
}
