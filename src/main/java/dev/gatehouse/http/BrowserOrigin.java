package dev.gatehouse.http;

import io.netty.util.NetUtil;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.validator.constraintvalidation.HibernateConstraintValidatorContext;

/**
 * Refuses what no browser sends in an {@code Origin} field. Origins are compared by their text, so a setting such as
 * {@code https://APP.example} would never match.
 */
@Target(ElementType.TYPE_USE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = BrowserOrigin.Validator.class)
@interface BrowserOrigin {
    String message() default
            "must be origins as browsers send them, such as https://shop.example,"
                    + " http://localhost:3000 or capacitor://localhost: {origin}";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /**
     * Compares a text with the serialization of an origin (HTML, 7.1.1; RFC 6454, 6.2): scheme, host, and the port where it is not the
     * scheme's own.
     */
    @RegisterForReflection
    class Validator implements ConstraintValidator<BrowserOrigin, String> {
        private static final Pattern ORIGIN = Pattern.compile(
                "(?<scheme>[a-z][a-z0-9+.-]*)://(?:\\[(?<ipv6>[0-9a-f:]+)]|(?<host>[A-Za-z0-9._~-]+))(?::(?<port>[1-9][0-9]{0,4}))?");

        /** A host of http and https, which browsers send in lower case and in Punycode (URL Standard, 3.5). */
        private static final Pattern DOMAIN =
                Pattern.compile("(?=.{1,254}$)[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*\\.?");

        /** A host that browsers read as an IPv4 address, whatever stands before (URL Standard, 3.5, "ends in a number"). */
        private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)\\.?");

        private static final Pattern IPV4 =
                Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

        private static final int HIGHEST_PORT = 65_535;

        private static final Map<String, String> DEFAULT_PORTS = Map.of("http", "80", "https", "443");

        /** Their pages have no origin that could be told from others ({@code null}), or there are no pages of theirs. */
        private static final Set<String> WITHOUT_ORIGIN =
                Set.of("about", "blob", "data", "file", "filesystem", "ftp", "javascript", "ws", "wss");

        @Override
        public boolean isValid(String text, ConstraintValidatorContext context) {
            boolean valid = isOrigin(text.strip()); // Quarkus strips it as well.
            if (!valid) {
                context.unwrap(HibernateConstraintValidatorContext.class).addMessageParameter("origin", text);
            }
            return valid;
        }

        private static boolean isOrigin(String text) {
            Matcher origin = ORIGIN.matcher(text);
            if (!origin.matches() || WITHOUT_ORIGIN.contains(origin.group("scheme"))) {
                return false;
            }
            String port = origin.group("port");
            String defaultPort = DEFAULT_PORTS.get(origin.group("scheme"));
            if (port != null && (port.equals(defaultPort) || Integer.parseInt(port) > HIGHEST_PORT)) {
                return false;
            }
            String ipv6 = origin.group("ipv6");
            if (ipv6 != null) {
                return isCanonical(ipv6);
            }
            return defaultPort == null
                    || isHost(origin.group("host")); // Of other schemes browsers keep the host as it is.
        }

        private static boolean isHost(String host) {
            return ENDS_IN_NUMBER.matcher(host).matches()
                    ? IPV4.matcher(host).matches()
                    : DOMAIN.matcher(host).matches();
        }

        /** Whether an IPv6 address is written as browsers write it (URL Standard, 3.5; RFC 5952). */
        private static boolean isCanonical(String address) {
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
            return bytes != null && NetUtil.bytesToIpAddress(bytes).equals(address);
        }
    }
}
