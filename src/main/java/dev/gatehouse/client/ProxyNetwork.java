package dev.gatehouse.client;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.net.Inet;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Refuses what is neither an IPv4 address nor a network, for Quarkus or for {@link Clients}. */
@Target(ElementType.TYPE_USE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = ProxyNetwork.Validator.class)
@interface ProxyNetwork {
    String message() default "must be addresses or networks, such as 192.0.2.7, 10.0.0.0/8 or ::1/128";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Asks both who will read the text. Quarkus would take what it cannot read for the name of a host. */
    @RegisterForReflection
    class Validator implements ConstraintValidator<ProxyNetwork, String> {
        @Override
        public boolean isValid(String text, ConstraintValidatorContext context) {
            String stripped = text.strip();
            boolean readByQuarkus = stripped.contains("/")
                    ? Inet.parseCidrAddress(stripped) != null
                    : Inet.parseInet4Address(stripped) != null;
            return readByQuarkus && IpNetwork.parse(stripped).isPresent();
        }
    }
}
