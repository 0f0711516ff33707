package dev.gatehouse.key;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Lets a start fail whose secrets are weak or unreadable. A constraint on configurations, so that it is reported in one
 * message with whatever else is wrong there. The message counts secrets and never quotes one.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = {UsableSecrets.OfKeys.class, UsableSecrets.OfAcceptedSecrets.class})
@interface UsableSecrets {
    /** Replaced by what is wrong. */
    String message() default "";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Judges {@code APP_SECRET_STRING} in the environment of this process, and the encryption keys. */
    @RegisterForReflection
    class OfKeys implements ConstraintValidator<UsableSecrets, KeyConfig> {
        @Override
        public boolean isValid(KeyConfig config, ConstraintValidatorContext context) {
            List<String> faults = new ArrayList<>();
            AppSecret.fromEnvironment()
                    .flatMap(AppSecret::fault)
                    .ifPresent(fault -> faults.add(AppSecret.VARIABLE + " " + fault));
            faults.addAll(EncryptionKeys.Texts.of(config).faults());
            return Faults.report(faults, context);
        }
    }

    /** Judges the secrets that are accepted beside {@code APP_SECRET_STRING}. */
    @RegisterForReflection
    class OfAcceptedSecrets implements ConstraintValidator<UsableSecrets, AcceptedSecretsConfig> {
        @Override
        public boolean isValid(AcceptedSecretsConfig config, ConstraintValidatorContext context) {
            return Faults.report(
                    Faults.of("gatehouse.token.accepted-secrets", config.acceptedSecrets(), OfAcceptedSecrets::fault),
                    context);
        }

        private static Optional<String> fault(String text) {
            Optional<byte[]> bytes = Base64Text.decode(text);
            return bytes.isEmpty()
                    ? Optional.of("is not base64url")
                    : AppSecret.of(bytes.get()).fault();
        }
    }

    /** What the validators share. */
    final class Faults {
        private Faults() {}

        static List<String> of(String setting, Optional<List<String>> texts, Function<String, Optional<String>> fault) {
            List<String> faults = new ArrayList<>();
            List<String> given = texts.orElse(List.of());
            for (int n = 0; n < given.size(); n++) {
                String which = setting + ": number " + (n + 1) + " ";
                fault.apply(given.get(n)).ifPresent(text -> faults.add(which + text));
            }
            return faults;
        }

        static boolean report(List<String> faults, ConstraintValidatorContext context) {
            context.disableDefaultConstraintViolation();
            faults.forEach(
                    fault -> context.buildConstraintViolationWithTemplate(fault).addConstraintViolation());
            return faults.isEmpty();
        }
    }
}
