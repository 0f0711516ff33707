package dev.gatehouse.setting;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes TLS settings mean what they say. Without this, Quarkus starts without HTTPS where the PEM files are given by numbered
 * environment variables, as {@code QUARKUS_TLS_KEY_STORE_PEM_0_CERT}: it takes the number for the index of a list. And with the
 * management port's default of {@link #PLAIN}, it would ignore {@code quarkus.management.ssl}.
 */
@Priority(Priorities.APPLICATION)
public class TlsSettings implements ConfigSourceInterceptor {
    private static final long serialVersionUID = 1L;

    /** The setting that names the TLS configuration of the management port. */
    public static final String MANAGEMENT_TLS = "quarkus.management.tls-configuration-name";

    /** The name of the TLS configuration without keys, in application.properties, with which a port speaks plain HTTP. */
    public static final String PLAIN = "plain";

    private static final String MANAGEMENT_SSL = "quarkus.management.ssl.certificate.";

    /** Those of the first ten pairs. One pair is usual, several are for several host names. */
    private static final List<String> NUMBERED = IntStream.range(0, 10)
            .mapToObj(number -> "quarkus.tls.key-store.pem." + number)
            .flatMap(pair -> Stream.of(pair + ".cert", pair + ".key"))
            .toList();

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        ConfigValue value = context.proceed(name);
        boolean isDefault = name.equals(MANAGEMENT_TLS) && value != null && PLAIN.equals(value.getValue());
        return isDefault && hasManagementCertificate(context) ? null : value;
    }

    private static boolean hasManagementCertificate(ConfigSourceInterceptorContext context) {
        return context.proceed(MANAGEMENT_SSL + "files") != null
                || context.proceed(MANAGEMENT_SSL + "key-store-file") != null;
    }

    @Override
    public Iterator<String> iterateNames(ConfigSourceInterceptorContext context) {
        Iterable<String> names = context::iterateNames;
        Stream<String> numbered = NUMBERED.stream().filter(name -> context.proceed(name) != null);
        return Stream.concat(StreamSupport.stream(names.spliterator(), false), numbered)
                .distinct()
                .iterator();
    }
}
