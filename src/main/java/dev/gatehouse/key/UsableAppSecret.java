package dev.gatehouse.key;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;

/**
 * Lets a start fail whose {@code APP_SECRET_STRING} is missing or weak. A constraint on a configuration, so that it is
 * reported in one message with whatever else is wrong there.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = UsableAppSecret.Validator.class)
@interface UsableAppSecret {
    /** Replaced by what is wrong. */
    String message() default "";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Judges the environment of this process. */
    @RegisterForReflection
    class Validator implements ConstraintValidator<UsableAppSecret, KeyConfig> {
        @Override
        public boolean isValid(KeyConfig unused, ConstraintValidatorContext context) {
            Optional<String> fault = fault();
            fault.ifPresent(text -> {
                context.disableDefaultConstraintViolation();
                context.buildConstraintViolationWithTemplate(AppSecret.VARIABLE + " " + text)
                        .addConstraintViolation();
            });
            return fault.isEmpty();
        }

        private static Optional<String> fault() {
            Optional<AppSecret> secret = AppSecret.fromEnvironment();
            if (secret.isEmpty()) {
                return LaunchMode.current().isDevOrTest()
                        ? Optional.empty()
                        : Optional.of("must be set (for example to the output of: openssl rand -base64 32)");
            }
            return secret.get().fault();
        }
    }
}
