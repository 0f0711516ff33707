package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import jakarta.persistence.Entity;
import jakarta.validation.ConstraintValidator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;

/**
 * Looks into what a native build is given: the lists of resources and of types that are used reflectively, outside of which
 * there is nothing in an executable. ArchitectureTest sees to it that the code uses neither in a way that would not be seen
 * here.
 */
class NativeRegistrationsIT {
    private static final Path CLASSES = Path.of("target", "classes");
    private static final Path SOURCES = Path.of("target", "native-sources");

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gatehouse");

    /** Resources that an executable does without, and why. */
    private static final Map<String, String> NOT_READ = Map.of(
            "application.properties", "what it says is compiled in",
            "dev/gatehouse/password/common-passwords.LICENSE.txt", "for readers",
            "dev/gatehouse/key/known-secrets.LICENSE.txt", "for readers",
            "META-INF/services/dev.gatehouse.development.DatabaseServer", "dev mode and tests only",
            "META-INF/native-image/dev.gatehouse/gatehouse/native-image.properties", "read by the build",
            "META-INF/services/io.smallrye.config.ConfigSourceFactory", "called by what Quarkus generates",
            "META-INF/services/io.smallrye.config.ConfigSourceInterceptor", "called by what Quarkus generates");

    private static final Map<String, JsonNode> REFLECTION = byName(list("reflect-config.json"));
    private static final JsonNode RESOURCES = list("resource-config.json");

    private static JsonNode list(String name) {
        try (Stream<Path> files = Files.list(SOURCES)) {
            Path jar = files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow();
            try (JarFile open = new JarFile(jar.toFile());
                    InputStream json = open.getInputStream(open.getEntry("META-INF/native-image/" + name))) {
                return new ObjectMapper().readTree(json);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyResourceOfOursIsInTheExecutableAndNotEmpty() throws IOException {
        Set<String> resources = resourcesOfOurs();
        assertThat(resources).containsAll(NOT_READ.keySet());
        resources.removeAll(NOT_READ.keySet());
        assertThat(resources)
                .contains(
                        "dev/gatehouse/password/common-passwords.txt",
                        "dev/gatehouse/precis/identifier-class.txt",
                        "dev/gatehouse/key/known-secrets.bin",
                        "db/migration/V1__create_tables.sql");
        for (String resource : resources) {
            assertThat(isIncluded(resource)).as(resource).isTrue();
            assertThat(CLASSES.resolve(resource)).as(resource).isNotEmptyFile();
        }
    }

    @Test
    void theDocumentationPageIsInTheExecutable() {
        assertThat(isIncluded("META-INF/quarkus-generated-openapi-doc.JSON")).isTrue();
        String page = "META-INF/io.smallrye_smallrye-open-api-ui__jar/META-INF/resources/openapi-ui/";
        assertThat(List.of(
                        "swagger-ui.css", "swagger-ui-bundle.js", "theme-feeling-blue.css", "style.css", "favicon.ico"))
                .allSatisfy(file -> assertThat(isIncluded(page + file)).as(file).isTrue());
    }

    @Test
    void whatServiceFilesNameCanBeMade() throws IOException {
        for (String resource : resourcesOfOurs()) {
            if (resource.startsWith("META-INF/services/") && !NOT_READ.containsKey(resource)) {
                for (String provider : Files.readAllLines(CLASSES.resolve(resource))) {
                    assertCanBeMade(provider);
                }
            }
        }
    }

    @Test
    void everyConfigurationMappingIsInTheExecutableAndNoOther() {
        Set<String> mappings = names(OURS.stream().filter(type -> type.isAnnotatedWith(ConfigMapping.class)));
        Set<String> listed = REFLECTION.keySet().stream()
                .filter(name -> name.startsWith("dev.gatehouse.") && name.endsWith("$$CMImpl"))
                .map(name -> name.replace("$$CMImpl", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(listed).isEqualTo(mappings).hasSizeGreaterThan(10);
        mappings.forEach(mapping -> assertCanBeMade(mapping + "$$CMImpl"));
    }

    @Test
    void whatReadsAndJudgesSettingsCanBeMade() {
        Set<String> types = names(OURS.stream()
                .filter(type -> type.isAssignableTo(Converter.class) || type.isAssignableTo(ConstraintValidator.class))
                .filter(type -> !type.isInterface()));
        assertThat(types).hasSizeGreaterThan(3).allSatisfy(NativeRegistrationsIT::assertCanBeMade);
    }

    @Test
    void everyBodyOfARequestAnAnswerOrAProblemCanBeReadAndWritten() {
        Set<String> bodies = names(Stream.concat(
                        OURS.stream()
                                .filter(type -> type.isAnnotatedWith(jakarta.ws.rs.Path.class))
                                .flatMap(type -> type.getMethods().stream())
                                .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                                .flatMap(NativeRegistrationsIT::involved),
                        Stream.of(OURS.get("dev.gatehouse.problem.Problem$Document")))
                .flatMap(NativeRegistrationsIT::withMembers)
                .filter(JavaClass::isRecord));
        assertThat(bodies)
                .contains(
                        "dev.gatehouse.problem.Problem$Document",
                        "dev.gatehouse.problem.Problem$FieldError",
                        "dev.gatehouse.auth.AuthResource$Credentials",
                        "dev.gatehouse.token.TokenResponse",
                        "dev.gatehouse.profile.SessionResource$SessionView")
                .allSatisfy(body -> {
                    assertCanBeMade(body);
                    assertRegistered(body, "allDeclaredMethods");
                });
    }

    @Test
    void everyEntityCanBeMadeAndFilled() {
        Set<String> entities = names(OURS.stream().filter(type -> type.isAnnotatedWith(Entity.class)));
        assertThat(entities).isNotEmpty().allSatisfy(entity -> {
            assertCanBeMade(entity);
            assertRegistered(entity, "allDeclaredFields");
        });
    }

    private static Stream<JavaClass> involved(JavaMethod method) {
        return Stream.concat(
                method.getReturnType().getAllInvolvedRawTypes().stream(), method.getRawParameterTypes().stream());
    }

    /** A type and those that its fields have, of ours. */
    private static Stream<JavaClass> withMembers(JavaClass type) {
        return Stream.concat(
                Stream.of(type),
                type.getFields().stream()
                        .flatMap(field -> field.getType().getAllInvolvedRawTypes().stream())
                        .filter(member -> member.getPackageName().startsWith("dev.gatehouse")));
    }

    private static Set<String> names(Stream<JavaClass> types) {
        return types.map(JavaClass::getName).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> resourcesOfOurs() throws IOException {
        try (Stream<Path> files = Files.walk(CLASSES)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> CLASSES.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !name.endsWith(".class"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean isIncluded(String resource) {
        return StreamSupport.stream(RESOURCES.path("resources").path("includes").spliterator(), false)
                .anyMatch(include -> Pattern.matches(include.path("pattern").asText(), resource));
    }

    private static Map<String, JsonNode> byName(JsonNode list) {
        Map<String, JsonNode> byName = new HashMap<>();
        list.forEach(entry -> byName.put(entry.path("name").asText(), entry));
        return byName;
    }

    private static void assertCanBeMade(String type) {
        assertRegistered(type, "allDeclaredConstructors");
    }

    private static void assertRegistered(String type, String what) {
        JsonNode entry = REFLECTION.getOrDefault(type, MissingNode.getInstance());
        assertThat(entry.path(what).asBoolean()).as("%s of %s", what, type).isTrue();
    }
}
