package dev.gatehouse.database;

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
import org.postgresql.Driver;

/** Refuses a URL that is missing or that the driver cannot use. The message never quotes it: it may contain a password. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = DatabaseUrl.Validator.class)
@interface DatabaseUrl {
    /** Replaced by what is wrong. */
    String message() default "";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Judges the URL by its text alone, without connecting. */
    @RegisterForReflection
    class Validator implements ConstraintValidator<DatabaseUrl, Optional<String>> {
        private static final String FORM = "jdbc:postgresql:(?!//[^/?]*@).*";

        @Override
        public boolean isValid(Optional<String> url, ConstraintValidatorContext context) {
            Optional<String> fault = fault(url);
            context.disableDefaultConstraintViolation();
            fault.ifPresent(
                    text -> context.buildConstraintViolationWithTemplate(text).addConstraintViolation());
            return fault.isEmpty();
        }

        private static Optional<String> fault(Optional<String> url) {
            if (url.isEmpty()) {
                return Optional.of(
                        "is required: set the environment variable QUARKUS_DATASOURCE_JDBC_URL, for example to"
                                + " jdbc:postgresql://db.example:5432/gatehouse");
            }
            String text = url.get().strip();
            if (!text.matches(FORM)) {
                return Optional.of("must begin with jdbc:postgresql: and not have a user before the host");
            }
            return Driver.parseURL(text, null) == null
                    ? Optional.of(
                            "must be a URL of the Postgres driver, such as jdbc:postgresql://db.example:5432/gatehouse")
                    : Optional.empty();
        }
    }
}
