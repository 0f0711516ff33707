package dev.gatehouse.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationSettingTest {
    private final DurationSetting converter = new DurationSetting();

    @ParameterizedTest
    @CsvSource({
        "PT30M,PT30M",
        "30m,PT30M",
        "30,PT30S",
        "7d,P7D",
        "250ms,PT0.25S",
        "' P1D ',P1D",
        "PT2562047788015215H30M7.999999999S,PT2562047788015215H30M7.999999999S"
    })
    void aDurationIsReadInEachForm(String text, Duration duration) {
        assertThat(converter.convert(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "soon",
                "1e3",
                "1.5",
                "99999999999999999999",
                "99999999999999999999d",
                "9223372036854775807d",
                "9223372036854775807h",
                "9223372036854775807m",
                "PT9223372036854775807H",
                "PT9999999999999999999S",
                "P106751991167301D"
            })
    void anUnreadableOrTooLargeDurationIsNegativeAndThrowsNothing(String text) {
        assertThat(converter.convert(text)).isNegative();
    }
}
