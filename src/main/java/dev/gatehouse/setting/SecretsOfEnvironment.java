package dev.gatehouse.setting;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.Expressions;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes settings that are secrets, or may contain one, from environment variables byte for byte, as UTF-8. Any other setting
 * is expanded: {@code $$} becomes {@code $}, and <code>${name}</code> becomes the setting of that name. A setting that comes
 * from a file or a system property is expanded as well.
 */
@Priority(Priorities.APPLICATION) // Called before the interceptor that expands.
public class SecretsOfEnvironment implements ConfigSourceInterceptor {
    private static final long serialVersionUID = 1L;

    /** Beside all whose names end in "password". */
    private static final Set<String> SECRETS = Set.of(
            "quarkus.datasource.username",
            "quarkus.datasource.jdbc.url", // A password may be one of its parameters.
            "gatehouse.key.encryption-keys",
            "gatehouse.token.accepted-secrets");

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        if (!isSecret(name)) {
            return context.proceed(name);
        }
        ConfigValue value = Expressions.withoutExpansion(() -> context.proceed(name));
        boolean isVariable = value != null && EnvConfigSource.NAME.equals(value.getConfigSourceName());
        return isVariable ? value.withValue(decoded(value)) : context.proceed(name);
    }

    private static boolean isSecret(String name) {
        return name.endsWith("password") || SECRETS.contains(name);
    }

    /** The JVM has decoded ASCII well in every locale. */
    private static String decoded(ConfigValue value) {
        String text = value.getValue();
        if (text.chars().allMatch(character -> character < 0x80)) {
            return text;
        }
        return System.getenv().entrySet().stream()
                .filter(variable -> variable.getValue().equals(text) && isNamed(variable, value.getName()))
                .findFirst()
                .flatMap(variable -> EnvironmentVariables.bytes(variable.getKey()))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse(text);
    }

    private static boolean isNamed(Map.Entry<String, String> variable, String setting) {
        return canonical(variable.getKey()).equals(canonical(setting));
    }

    private static String canonical(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
