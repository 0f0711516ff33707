package dev.gatehouse.setting;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The bounds of a setting that is a duration, both inclusive, as ISO 8601 writes them. */
@Target({ElementType.METHOD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = DurationRange.Validator.class)
public @interface DurationRange {
    /** The shortest, such as {@code PT1S}. */
    String min();

    /** The longest. */
    String max();

    /** What an operator reads behind the setting's name. */
    String message() default "must be a duration from {min} to {max}";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Judges a value; an absent one is none of its business. */
    @RegisterForReflection
    class Validator implements ConstraintValidator<DurationRange, Duration> {
        private Duration min = Duration.ZERO;
        private Duration max = Duration.ZERO;

        @Override
        public void initialize(DurationRange range) {
            min = Duration.parse(range.min());
            max = Duration.parse(range.max());
        }

        @Override
        public boolean isValid(@Nullable Duration value, ConstraintValidatorContext context) {
            return value == null || (value.compareTo(min) >= 0 && value.compareTo(max) <= 0);
        }
    }
}
