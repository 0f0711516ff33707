package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappingInterface.Property;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Keeps application.properties.example in step with the configuration mappings. */
class SettingsExampleTest {
    private static final Pattern SETTING = Pattern.compile("^#?([a-z][a-z0-9.-]+)=(.*)$", Pattern.MULTILINE);

    /** Settings of Quarkus that stop the start. */
    private static final Set<String> REFUSED = Set.of(
            "quarkus.http.cors.methods",
            "quarkus.http.cors.headers",
            "quarkus.http.cors.access-control-allow-credentials");

    private final String example = read();

    private static String read() {
        try {
            return Files.readString(Path.of("application.properties.example"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void itHasEverySettingOfOursWithItsDefaultAndNoOther() {
        Map<String, String> mapped = new TreeMap<>();
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.gatehouse").stream()
                        .filter(type -> type.isAnnotatedWith(ConfigMapping.class))
                        .forEach(type -> ConfigMappings.getProperties(ConfigClass.configClass(type.reflect()))
                                .forEach((name, property) -> mapped.put(name, defaultValue(property))));
        mapped.keySet().removeAll(REFUSED);
        mapped.keySet().removeIf(name -> name.endsWith("[*]")); // An element of a list that stands there itself.
        Map<String, String> shown = new TreeMap<>();
        Matcher matcher = SETTING.matcher(example);
        while (matcher.find()) {
            if (matcher.group(1).startsWith("gatehouse.") || mapped.containsKey(matcher.group(1))) {
                shown.put(matcher.group(1), matcher.group(2));
            }
        }
        assertThat(shown).isEqualTo(mapped);
    }

    private static String defaultValue(Property property) {
        if (property.isOptional()) {
            return "";
        }
        return property.hasDefaultValue() ? property.getDefaultValue() : "";
    }

    @Test
    void itNamesTheEnvironmentVariableOfEachSetting() {
        Matcher matcher = SETTING.matcher(example);
        while (matcher.find()) {
            String variable = matcher.group(1).toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
            assertThat(example).as(matcher.group(1)).containsPattern("\\b" + variable + "\\b");
        }
        assertThat(example).contains("APP_SECRET_STRING");
    }
}
