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
import org.jspecify.annotations.Nullable;

/** The bounds of a setting that is a whole number, both inclusive. */
@Target({ElementType.METHOD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = NumberRange.Validator.class)
public @interface NumberRange {
    /** The lowest. */
    int min();

    /** The highest. */
    int max();

    /** What an operator reads behind the setting's name. */
    String message() default "must be a whole number from {min} to {max}";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Judges a value; an absent one is none of its business. */
    @RegisterForReflection
    class Validator implements ConstraintValidator<NumberRange, Integer> {
        private int min;
        private int max;

        @Override
        public void initialize(NumberRange range) {
            min = range.min();
            max = range.max();
        }

        @Override
        public boolean isValid(@Nullable Integer value, ConstraintValidatorContext context) {
            return value == null || (value >= min && value <= max);
        }
    }
}
