package dev.gatehouse.setting;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds of settings include both ends, and one message names both. */
class RangesTest {
    private static final Validator VALIDATOR = Validation.byDefaultProvider()
            .configure()
            .messageInterpolator(new ParameterMessageInterpolator())
            .buildValidatorFactory()
            .getValidator();

    /** Settings as a mapping has them: bounds stand at methods and at the type of an optional value. */
    public static final class Settings {
        private final Duration time;
        private final Optional<Integer> number;

        Settings(Duration time, Optional<Integer> number) {
            this.time = time;
            this.number = number;
        }

        @DurationRange(min = "PT0.1S", max = "P1D")
        public Duration getTime() {
            return time;
        }

        public Optional<@NumberRange(min = 4, max = 1_000_000) Integer> getNumber() {
            return number;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.1S,4,true",
        "P1D,1000000,true",
        "PT0.099999999S,4,false",
        "PT24H0.000000001S,4,false",
        "PT1S,3,false",
        "PT1S,1000001,false"
    })
    void bothEndsAreIncluded(Duration time, int number, boolean valid) {
        assertThat(VALIDATOR.validate(new Settings(time, Optional.of(number))).isEmpty())
                .isEqualTo(valid);
    }

    @Test
    void whatIsAbsentIsInBounds() {
        assertThat(VALIDATOR.validate(new Settings(Duration.ofSeconds(1), Optional.empty())))
                .isEmpty();
    }

    @Test
    void theMessagesNameTheBounds() {
        assertThat(VALIDATOR.validate(new Settings(Duration.ZERO, Optional.of(0))))
                .extracting("message")
                .containsExactlyInAnyOrder(
                        "must be a duration from PT0.1S to P1D", "must be a whole number from 4 to 1000000");
    }
}
