package dev.gatehouse;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.gatehouse.problem.Problem;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.config.ConfigMapping;
import jakarta.inject.Inject;
import jakarta.persistence.Entity;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.PrintStream;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Type;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of the house, as docs/CONTRIBUTING.md states them. */
class ArchitectureTest {
    private static final String ROOT = "dev.gatehouse";

    /** The packages below all features, from the lowest up. Each names the packages that it may use. */
    private static final Map<String, Set<String>> FOUNDATIONS = Map.of(
            "setting", Set.of(),
            "crypto", Set.of(),
            "database", Set.of("setting"),
            "client", Set.of("crypto", "setting"),
            "problem", Set.of("database"),
            "precis", Set.of("problem"),
            "lifecycle", Set.of("database", "setting"),
            "http.connection", Set.of("client", "problem", "setting"),
            "http.openapi", Set.of("http", "problem"),
            "http", Set.of("http.connection", "lifecycle", "problem", "client", "database", "crypto", "setting"));

    /** Every feature, and which others it may use beside the foundations; never upward and never within a row. */
    private static final Map<String, Set<String>> FEATURES = Map.ofEntries(
            Map.entry("development", Set.of()),
            Map.entry("key", Set.of()),
            Map.entry("audit", Set.of("key")),
            Map.entry("password", Set.of("audit", "key")),
            Map.entry("throttle", Set.of("audit", "key")),
            Map.entry("session", Set.of("audit", "key")),
            Map.entry("token", Set.of("session", "key")),
            Map.entry("account", Set.of("token", "session", "password", "audit", "key")),
            Map.entry("login", Set.of("account", "token", "session", "password", "throttle", "audit", "key")),
            Map.entry(
                    "profile", Set.of("login", "account", "token", "session", "password", "throttle", "audit", "key")),
            Map.entry("auth", Set.of("login", "account", "token", "session", "password", "throttle", "audit", "key")),
            Map.entry(
                    "command", Set.of("login", "account", "token", "session", "password", "throttle", "audit", "key")),
            Map.entry("demo", Set.of("login", "account", "token", "session", "password", "throttle", "audit", "key")));

    private static final Map<String, Set<String>> MAY_USE = Stream.concat(
                    FOUNDATIONS.entrySet().stream(),
                    FEATURES.entrySet().stream()
                            .map(feature ->
                                    Map.entry(feature.getKey(), union(feature.getValue(), FOUNDATIONS.keySet()))))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private static Set<String> union(Set<String> some, Set<String> others) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void everyPackageIsInTheMap() {
        Set<String> rooms = OURS.stream()
                .map(type -> type.getPackageName().substring(ROOT.length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rooms).isEqualTo(new TreeSet<>(MAY_USE.keySet()));
    }

    @Test
    void roomsUseOnlyWhatTheMapAllows() {
        MAY_USE.forEach((room, allowed) -> {
            String[] forbidden = MAY_USE.keySet().stream()
                    .filter(other -> !other.equals(room) && !allowed.contains(other))
                    .map(other -> ROOT + "." + other)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + room)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden)
                    .check(OURS);
        });
    }

    @Test
    void thereAreNoCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void entitiesResourcesAndConfigsStayInTheirRooms() {
        classes()
                .that()
                .areAnnotatedWith(Entity.class)
                .should()
                .bePackagePrivate()
                .check(OURS);
        classes()
                .that()
                .areAnnotatedWith(Path.class)
                .should()
                .bePackagePrivate()
                .check(OURS);
        classes()
                .that()
                .areAnnotatedWith(ConfigMapping.class)
                .should()
                .bePackagePrivate()
                .check(OURS);
        classes()
                .that()
                .areAnnotatedWith(Path.class)
                .should()
                .haveSimpleNameEndingWith("Resource")
                .check(OURS);
        classes()
                .that()
                .areAnnotatedWith(ConfigMapping.class)
                .should()
                .haveSimpleNameEndingWith("Config")
                .check(OURS);
    }

    /** A package-private endpoint is skipped with a warning, and a raw Response loses its body in a native image. */
    @Test
    void endpointsArePublicAndTyped() {
        methods()
                .that()
                .areAnnotatedWith(GET.class)
                .or()
                .areAnnotatedWith(POST.class)
                .or()
                .areAnnotatedWith(PUT.class)
                .or()
                .areAnnotatedWith(DELETE.class)
                .should()
                .bePublic()
                .andShould()
                .notHaveRawReturnType(Response.class)
                .andShould()
                .notHaveRawReturnType(Object.class)
                .check(OURS);
    }

    /** Where a call runs is said and not guessed from its signature: what hashes must not run on an event loop. */
    @Test
    void endpointsSayWhetherTheyBlock() {
        methods()
                .that()
                .areAnnotatedWith(Operation.class)
                .should()
                .beAnnotatedWith(Blocking.class)
                .orShould()
                .beAnnotatedWith(NonBlocking.class)
                .orShould()
                .beAnnotatedWith(RunOnVirtualThread.class)
                .check(OURS);
    }

    @Test
    void resourcesTouchNoEntityAndOpenNoTransaction() {
        noClasses()
                .that()
                .areAnnotatedWith(Path.class)
                .should()
                .dependOnClassesThat()
                .areAnnotatedWith(Entity.class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.quarkus.narayana.jta.QuarkusTransaction")
                .check(OURS);
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(Path.class)
                .should()
                .beAnnotatedWith(Transactional.class)
                .check(OURS);
        noClasses().should().beAnnotatedWith(Transactional.class).check(OURS);
    }

    @Test
    void injectionIsByConstructorAndConfigurationByMapping() {
        fields().should().notBeAnnotatedWith(Inject.class).check(OURS);
        fields().should().notBeAnnotatedWith(ConfigProperty.class).check(OURS);
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ConfigProperty.class)
                .check(OURS);
    }

    @Test
    void timeComesFromTheClockAndRandomnessFromSecureRandom() {
        noClasses().should().callMethod(Instant.class, "now").check(OURS);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(OURS);
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Clocks")
                .should()
                .callMethod(Clock.class, "systemUTC")
                .check(OURS);
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
                .orShould()
                .callMethod(Math.class, "random")
                .check(OURS);
    }

    /** What a native executable would not have unless it was registered; see NativeRegistrationsIT for what is. */
    @Test
    void nothingIsFoundByItsName() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".development")
                .and()
                .haveNameNotMatching(".*\\.ProblemResponses") // Works while the application is built.
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.lang.reflect", "java.lang.invoke")
                        .and(not(assignableTo(Type.class)))
                        .and(not(assignableTo(MethodHandles.Lookup.class)))) // Of switches and lambdas.
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ServiceLoader.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ResourceBundle.class)
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .orShould()
                .callMethod(ClassLoader.class, "loadClass", String.class)
                .orShould()
                .callMethodWhere(target(nameMatching("getResource(AsStream|s)?"))
                        .and(target(owner(assignableTo(ClassLoader.class)))))
                .check(OURS);
        noClasses()
                .that()
                .haveNameNotMatching(
                        ".*\\.(CommonPasswords|DocumentationFiles|KnownSecrets|UnicodeTable)") // Their resources are
                // listed.
                .should()
                .callMethodWhere(
                        target(nameMatching("getResource(AsStream)?")).and(target(owner(assignableTo(Class.class)))))
                .check(OURS);
    }

    /** Some locales write other digits, others other letters; what is written here is read by machines. */
    @Test
    void theLocaleOfTheProcessChangesNothing() {
        noClasses()
                .should()
                .callMethod(String.class, "formatted", Object[].class)
                .orShould()
                .callMethod(String.class, "format", String.class, Object[].class)
                .orShould()
                .callMethod(String.class, "toLowerCase")
                .orShould()
                .callMethod(String.class, "toUpperCase")
                .orShould()
                .callMethod(PrintStream.class, "printf", String.class, Object[].class)
                .orShould()
                .callMethod(Locale.class, "getDefault")
                .check(OURS);
    }

    @Test
    void httpIsSpokenInResourcesAndItsPackagesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(inRoot("http..", "problem"))
                .and()
                .haveNameNotMatching(".*Resource(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.ws.rs..", "org.jboss.resteasy..")
                .check(OURS);
        noClasses()
                .that()
                .resideOutsideOfPackages(inRoot("http..", "problem"))
                .and()
                .haveNameNotMatching(".*Resource(\\$.*)?")
                .and()
                .areNotAssignableTo(Problem.class)
                .and()
                .areNotAnnotatedWith(Problem.Listing.class)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Problem.class)
                .check(OURS);
    }

    @Test
    void vertxIsUsedWhereRequestsArriveOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(inRoot("http..", "client", "lifecycle"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .check(OURS);
    }

    @Test
    void packagesAreSmallAndHideMostOfTheirTypes() {
        Map<String, Long> sizes = topLevelTypes()
                .collect(Collectors.groupingBy(
                        type -> type.getPackageName().substring(ROOT.length() + 1), Collectors.counting()));
        assertThat(sizes).allSatisfy((name, size) -> assertThat(size).isLessThanOrEqualTo(25));
        long shown = topLevelTypes()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .count();
        assertThat(shown * 100 / topLevelTypes().count()).isLessThan(40);
    }

    private static Stream<JavaClass> topLevelTypes() {
        return OURS.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"));
    }

    private static String[] inRoot(String... packages) {
        return Stream.of(packages).map(name -> ROOT + "." + name).toArray(String[]::new);
    }

    @Test
    void everyRoomSaysWhatItOwns() {
        classes()
                .that()
                .haveSimpleName("package-info")
                .should()
                .beAnnotatedWith(NullMarked.class)
                .check(OURS);
        assertThat(OURS.stream().filter(type -> type.getSimpleName().equals("package-info")))
                .hasSize(MAY_USE.size());
    }
}
