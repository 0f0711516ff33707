package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.PackagedService.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What is deployed fits the service: the files of containers and of Kubernetes set what it knows, and run it as is documented. */
class DeploymentIT {
    private static final Path KUBERNETES = Path.of("deploy", "kubernetes");
    private static final Path DOCKER = Path.of("src", "main", "docker");
    private static final Path SECRET = KUBERNETES.resolve("secret.yaml.example");
    private static final String KEYS = "GATEHOUSE_KEY_ENCRYPTION_KEYS";

    /** As docs/operations.md counts them. */
    private static final int CONNECTIONS_OF_ITS_OWN = 3;

    /** {@code max_connections} less {@code superuser_reserved_connections}, as Postgres has them by default. */
    private static final int CONNECTIONS_OF_POSTGRES = 100 - 3;

    @Test
    void theSettingsOfContainersAndOfKubernetesAreDocumented() throws IOException {
        Set<String> names = new TreeSet<>(kubernetesSettings().keySet());
        services().values().stream()
                .filter(service -> "gatehouse".equals(service.get("image")))
                .forEach(service ->
                        names.addAll(strings(service.get("environment")).keySet()));

        assertThat(names).hasSizeGreaterThanOrEqualTo(7);
        String example = Files.readString(Path.of("application.properties.example"));
        assertThat(names).allSatisfy(name -> assertThat(example).containsPattern("\\b" + name + "\\b"));
    }

    @Test
    void theServiceDoesNotStartWithTheKeyOfTheSecretAsItStands() throws IOException {
        Ended ended = PackagedService.ending(kubernetesSettings());

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.log())
                .contains("gatehouse.key.encryption-keys: number 1 must be 32 bytes in base64")
                .doesNotContain("replace-me");
    }

    @Test
    void theServiceStartsWithTheSettingsOfKubernetesAndSecretsOfOnesOwn() throws IOException {
        Map<String, String> settings = kubernetesSettings();
        byte[] key = "one that nobody uses but the test".getBytes(StandardCharsets.UTF_8);
        settings.put(KEYS, Base64.getEncoder().encodeToString(Arrays.copyOf(key, 32)));
        settings.remove("QUARKUS_DATASOURCE_USERNAME");
        settings.remove("QUARKUS_DATASOURCE_JDBC_URL");

        try (PackagedService service = PackagedService.ready(TestPostgres.newDatabase(), settings)) {
            for (String path : probes()) {
                assertThat(service.management().call("GET", path).send().status())
                        .as(path)
                        .isEqualTo(200);
            }
            service.kill(); // It would take calls for five seconds more.
        }
    }

    @Test
    void theImageAndTheStartScriptRunTheJvmAsTheDocumentAndTheTestsDo() throws IOException {
        String image = Files.readString(DOCKER.resolve("Dockerfile.jvm"));
        String options =
                only(Pattern.compile("JDK_JAVA_OPTIONS=\"(.*)\"").matcher(image).results());
        String cache = only(Pattern.compile("ENTRYPOINT \\[\"[^\"]*\", \"([^\"]*)\"")
                .matcher(image)
                .results());

        String command = cache + " " + options;
        assertThat(command).isEqualTo(PackagedService.JAVA_OPTIONS);
        assertThat(Path.of("docs", "operations.md")).content().contains("java " + command + " -jar quarkus-run.jar\n");
        String script = Files.readString(Path.of("src", "main", "scripts", "gatehouse"));
        assertThat(only(Pattern.compile("(?m)^OPTIONS=\"(.*)\"$")
                        .matcher(script)
                        .results()))
                .isEqualTo(options);
    }

    /** What the JVM is given by options is compiled into the executable, whose image gives it none. */
    @Test
    void theExecutableHasTheHeapOfTheJvmAndEndsWhenItIsExhausted() throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(Path.of("src", "main", "resources", "application.properties"))) {
            properties.load(reader);
        }
        long jvmHeap = Long.parseLong(only(Pattern.compile("-Xmx(\\d+)m")
                        .matcher(PackagedService.JAVA_OPTIONS)
                        .results()))
                * 1024
                * 1024;

        assertThat(properties
                        .getProperty("quarkus.native.additional-build-args")
                        .split(","))
                .contains("-R:MaxHeapSize=" + jvmHeap, "-R:+ExitOnOutOfMemoryError");
        assertThat(Path.of("src", "main", "docker", "Dockerfile.native"))
                .content()
                .containsPattern("(?m)^ENTRYPOINT \\[\"/usr/local/bin/gatehouse\"]$");
    }

    @Test
    void nginxKnowsTheReplicasByTheirAddressesAndTheyBelieveIts() throws IOException {
        Map<String, String> addresses = new TreeMap<>();
        services()
                .forEach((name, service) -> Pattern.compile("ipv4_address=([0-9.]+)")
                        .matcher(String.valueOf(service.get("networks")))
                        .results()
                        .forEach(address -> addresses.put(name, address.group(1))));
        String nginx = addresses.remove("nginx");
        Set<String> asked = Pattern.compile("server ([0-9.]+):")
                .matcher(Files.readString(Path.of("deploy", "nginx", "default.conf")))
                .results()
                .map(server -> server.group(1))
                .collect(Collectors.toSet());

        assertThat(asked).hasSize(3).containsExactlyInAnyOrderElementsOf(addresses.values());
        for (String replica : addresses.keySet()) {
            assertThat(strings(map(services().get(replica)).get("environment")))
                    .containsEntry("QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", nginx);
        }
    }

    /** What fetches the libraries is the build itself, on next to no code: so that it fetches all that the build needs. */
    @Test
    void theLayerOfLibrariesIsMadeByTheCommandOfTheBuild() throws IOException {
        for (String file : List.of("Dockerfile.jvm", "Dockerfile.native")) {
            List<String> commands = Pattern.compile("\\./mvnw -B.*? (package -DskipTests .*?)(?: \\\\)?\n")
                    .matcher(Files.readString(DOCKER.resolve(file)))
                    .results()
                    .map(command -> command.group(1).replace(" -Dquarkus.native.sources-only=true", ""))
                    .toList();

            assertThat(commands).as(file).hasSize(2);
            assertThat(commands.get(0)).as(file).isEqualTo(commands.get(1));
        }
    }

    /** kubectl applies every file of a folder that ends in .yaml, .yml or .json. */
    @Test
    void applyingTheFolderOfKubernetesReplacesNoSecret() throws IOException {
        Set<String> applied = new TreeSet<>();
        Set<String> kinds = new TreeSet<>();
        try (Stream<Path> files = Files.walk(KUBERNETES)) {
            for (Path file : files.filter(path -> path.toString().matches(".*\\.(yaml|yml|json)"))
                    .toList()) {
                applied.add(file.getFileName().toString());
                for (Object object : new Yaml().loadAll(Files.readString(file))) {
                    kinds.add(String.valueOf(map(object).get("kind")));
                }
                assertThat(file).content().doesNotContain("replace-me");
            }
        }

        assertThat(applied)
                .containsExactly(
                        "configmap.yaml",
                        "deployment.yaml",
                        "networkpolicy.yaml",
                        "poddisruptionbudget.yaml",
                        "service.yaml");
        assertThat(kinds).hasSize(5).doesNotContain("Secret");
        assertThat(yaml(SECRET).get("kind")).isEqualTo("Secret");
    }

    @Test
    void onlyTheMonitoringReachesTheManagementPort() throws IOException {
        Map<?, ?> policy = map(yaml(KUBERNETES.resolve("networkpolicy.yaml")).get("spec"));
        Map<?, ?> deployment = map(yaml(KUBERNETES.resolve("deployment.yaml")).get("spec"));

        assertThat(policy.get("podSelector")).isEqualTo(deployment.get("selector"));
        assertThat(policy.get("policyTypes")).isEqualTo(List.of("Ingress"));
        Map<String, Boolean> openToAll = new TreeMap<>();
        for (Object rule : (List<?>) Objects.requireNonNull(policy.get("ingress"))) {
            for (Object port : (List<?>) Objects.requireNonNull(map(rule).get("ports"))) {
                openToAll.put(String.valueOf(map(port).get("port")), !map(rule).containsKey("from"));
            }
        }
        assertThat(openToAll).containsExactly(Map.entry("http", true), Map.entry("management", false));
    }

    /** A burst of calls opens all connections that replicas may have; beyond what Postgres takes they would be 503. */
    @Test
    void allReplicasOfComposeFitIntoAPostgresAsItComes() throws IOException {
        Properties defaults = new Properties();
        try (var reader = Files.newBufferedReader(Path.of("src", "main", "resources", "application.properties"))) {
            defaults.load(reader);
        }
        int forCalls = Integer.parseInt(defaults.getProperty("quarkus.datasource.jdbc.max-size"));
        long replicas = services().values().stream()
                .filter(service -> "gatehouse".equals(service.get("image")))
                .count();

        assertThat(replicas).isEqualTo(4);
        assertThat(replicas * (forCalls + CONNECTIONS_OF_ITS_OWN)).isLessThanOrEqualTo(CONNECTIONS_OF_POSTGRES);
    }

    @Test
    void theSecretsOfComposeAreMadeOnceAndByWhatComposeNames(@TempDir Path clone) throws Exception {
        String compose = Files.readString(Path.of("docker-compose.yml"));
        List<String> needed = Pattern.compile("\\$\\{(\\w+):\\?is not set, run deploy/make-env}")
                .matcher(compose)
                .results()
                .map(variable -> variable.group(1))
                .distinct()
                .toList();
        assertThat(needed)
                .as("Quarkus reads .env, too")
                .hasSize(2)
                .noneMatch(name -> name.startsWith("GATEHOUSE_") || name.startsWith("QUARKUS_"));
        assertThat(Pattern.compile("\\$\\{(\\w+)").matcher(compose).results().map(variable -> variable.group(1)))
                .isSubsetOf(needed);
        Path script = Files.createDirectory(clone.resolve("deploy")).resolve("make-env");
        Files.copy(Path.of("deploy", "make-env"), script);

        assertThat(Tools.succeeds("sh", script.toString())).isTrue();

        Path file = clone.resolve(".env");
        Properties secrets = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            secrets.load(reader);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(secrets.stringPropertyNames()).containsExactlyInAnyOrderElementsOf(needed);
        assertThat(Base64.getDecoder().decode(secrets.getProperty("KEY_ENCRYPTION_KEYS")))
                .hasSize(32);
        assertThat(secrets.getProperty("POSTGRES_PASSWORD")).matches("[A-Za-z0-9]{30,}");

        byte[] first = Files.readAllBytes(file);
        assertThat(Tools.succeeds("sh", script.toString())).isFalse();
        assertThat(file).hasBinaryContent(first);
    }

    private static String only(Stream<MatchResult> found) {
        return found.map(match -> match.group(1)).collect(Collectors.joining("\n"));
    }

    private static Map<String, Map<?, ?>> services() throws IOException {
        Map<String, Map<?, ?>> services = new TreeMap<>();
        map(yaml(Path.of("docker-compose.yml")).get("services"))
                .forEach((name, service) -> services.put(name.toString(), map(service)));
        return services;
    }

    private static Map<String, String> kubernetesSettings() throws IOException {
        Map<String, String> settings =
                new HashMap<>(strings(yaml(KUBERNETES.resolve("configmap.yaml")).get("data")));
        settings.putAll(strings(yaml(SECRET).get("stringData")));
        return settings;
    }

    private static List<String> probes() throws IOException {
        String deployment = Files.readString(KUBERNETES.resolve("deployment.yaml"), StandardCharsets.UTF_8);
        List<String> paths = new ArrayList<>();
        Pattern.compile("httpGet: \\{path: ([^,]+), port: management}")
                .matcher(deployment)
                .results()
                .forEach(probe -> paths.add(probe.group(1)));
        assertThat(paths).hasSize(3);
        return paths;
    }

    private static Map<?, ?> yaml(Path file) throws IOException {
        return map(new Yaml().load(Files.readString(file)));
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return (Map<?, ?>) Objects.requireNonNull(value);
    }

    private static Map<String, String> strings(@Nullable Object value) {
        Map<String, String> strings = new HashMap<>();
        map(value).forEach((name, text) -> strings.put(name.toString(), text.toString()));
        return strings;
    }
}
