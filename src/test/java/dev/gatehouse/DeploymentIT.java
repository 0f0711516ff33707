package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.PackagedService.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
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
    private static final Path SECRET = KUBERNETES.resolve("secret.yaml.example");
    private static final Path DOCKER = Path.of("src", "main", "docker");
    private static final List<Path> COMPOSE =
            List.of(Path.of("docker-compose.yml"), Path.of("docker-compose.replicas.yml"));
    private static final String KEYS = "GATEHOUSE_KEY_ENCRYPTION_KEYS";

    /** As docs/operations.md counts them. */
    private static final int CONNECTIONS_OF_ITS_OWN = 3;

    /** {@code max_connections} less {@code superuser_reserved_connections}, as Postgres has them by default. */
    private static final int CONNECTIONS_OF_POSTGRES = 100 - 3;

    /** As docs/operations.md has it: calls under way have 30 s to end, and the rest of the shutdown has 5 s. */
    private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(35);

    /** What a container may have of each, whatever it runs. */
    private static final List<String> LIMITS = List.of("cpus", "mem_limit", "memswap_limit", "pids_limit");

    @Test
    void theSettingsOfContainersAndOfKubernetesAreDocumented() throws IOException {
        Set<String> names = new TreeSet<>(kubernetesSettings().keySet());
        replicas()
                .values()
                .forEach(service ->
                        names.addAll(strings(service.get("environment")).keySet()));

        assertThat(names).hasSizeGreaterThanOrEqualTo(8);
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

    /** nginx tells by the port of the address that has answered which replica this is. */
    @Test
    void nginxKnowsTheReplicasByTheirManagementPorts() throws IOException {
        Map<String, String> ports = new TreeMap<>();
        replicas().forEach((name, service) -> {
            if (!name.equals("gatehouse")) {
                ports.put(name, strings(service.get("environment")).get("QUARKUS_MANAGEMENT_PORT"));
            }
        });
        String nginx = Files.readString(Path.of("deploy", "nginx", "nginx.conf"));

        assertThat(ports).hasSize(3);
        assertThat(Set.copyOf(ports.values())).hasSize(3);
        ports.forEach((name, port) -> {
            assertThat(nginx).contains("server " + name + ":" + port + " resolve max_fails=1");
            assertThat(nginx).contains("server " + name + ":" + port + " resolve backup max_fails=0");
            assertThat(nginx).contains("server " + name + ":8080 resolve max_fails=0");
            assertThat(nginx).containsPattern("(~:" + port + "\\$|default) +" + name + ";");
        });
    }

    /** The replicas believe all private addresses, so only their nginx may reach them and send X-Forwarded-For. */
    @Test
    void onlyNginxReachesTheReplicasAndItReplacesWhatClientsForward() throws IOException {
        Map<?, ?> network = map(map(yaml(COMPOSE.get(1)).get("networks")).get("replicas"));
        String nginx = Files.readString(Path.of("deploy", "nginx", "nginx.conf"));

        assertThat(network.get("internal")).isEqualTo(true);
        assertThat(strings(network.get("driver_opts"))).containsEntry("com.docker.network.bridge.inhibit_ipv4", "true");
        Map<String, Map<?, ?>> members = services();
        members.values()
                .removeIf(service ->
                        !(service.get("networks") instanceof List<?> networks) || !networks.contains("replicas"));
        assertThat(members).containsOnlyKeys("nginx", "postgres", "replica-1", "replica-2", "replica-3");
        replicas().forEach((name, service) -> {
            boolean believes = strings(service.get("environment")).containsKey("QUARKUS_HTTP_PROXY_TRUSTED_PROXIES");
            assertThat(believes).as(name).isNotEqualTo(service.containsKey("ports"));
            assertThat(believes).as(name).isEqualTo(List.of("replicas").equals(service.get("networks")));
        });
        long passes =
                occurrences(nginx, "proxy_pass http://replica-1/") + occurrences(nginx, "proxy_pass http://$replica;");
        assertThat(occurrences(nginx, "proxy_set_header X-Forwarded-For $remote_addr;"))
                .isEqualTo(passes)
                .isEqualTo(2);
        assertThat(occurrences(nginx, "proxy_set_header Forwarded \"\";")).isEqualTo(passes);
    }

    /** A fixed range overlaps with other networks of the machine, and with those of a second clone. */
    @Test
    void dockerChoosesAddressesAndNames() throws IOException {
        for (Path file : COMPOSE) {
            assertThat(yaml(file).containsKey("name")).isFalse();
            assertThat(Files.readString(file)).doesNotContain("ipam", "subnet", "ipv4_address", "container_name");
        }
        assertThat(yaml(COMPOSE.get(0)).containsKey("networks")).isFalse();
        // A name of the whole machine would make a second clone run the image of the first.
        replicas()
                .forEach((name, service) ->
                        assertThat(service.containsKey("image")).as(name).isFalse());
    }

    @Test
    void everyContainerIsLimited() throws IOException {
        services().forEach((name, service) -> {
            assertThat(service.keySet().stream().map(Object::toString)).as(name).containsAll(LIMITS);
            assertThat(service.get("memswap_limit")).as(name).isEqualTo(service.get("mem_limit"));
            assertThat(service.get("cap_drop")).as(name).isEqualTo(List.of("ALL"));
            assertThat(service.get("security_opt")).as(name).isEqualTo(List.of("no-new-privileges:true"));
            assertThat(map(map(service.get("logging")).get("options")).keySet().toString())
                    .as(name)
                    .contains("max-size", "max-file");
            assertThat(service.containsKey("volumes")).as(name).isEqualTo(name.equals("postgres"));
        });
    }

    @Test
    void replicasAreTheServiceBehindAProxy() throws IOException {
        Map<String, Map<?, ?>> replicas = replicas();
        Map<?, ?> single = Objects.requireNonNull(replicas.remove("gatehouse"));

        replicas.forEach((name, replica) -> {
            Map<Object, Object> shared = new HashMap<>(replica);
            shared.remove("networks");
            shared.remove("environment");
            Map<Object, Object> expected = new HashMap<>(single);
            expected.remove("ports");
            expected.remove("environment");
            assertThat(shared).as(name).isEqualTo(expected);
            assertThat(strings(replica.get("environment")))
                    .as(name)
                    .containsAllEntriesOf(strings(single.get("environment")));
        });
    }

    /** Compose stops a service before what the service depends on, so that calls in flight are finished. */
    @Test
    void theDatabaseOutlivesTheServiceAndTheServiceOutlivesNginx() throws IOException {
        replicas()
                .forEach((name, service) ->
                        assertThat(service.get("depends_on")).as(name).isEqualTo(List.of("postgres")));
        assertThat(map(services().get("nginx")).get("depends_on"))
                .isEqualTo(List.of("replica-1", "replica-2", "replica-3"));
    }

    @Test
    void everyGracePeriodIsLongerThanAShutdown() throws IOException {
        Map<String, Duration> compose = new TreeMap<>();
        replicas().forEach((name, service) -> {
            String delay = strings(service.get("environment")).getOrDefault("GATEHOUSE_HTTP_SHUTDOWN_DELAY", "PT0S");
            Duration grace = Duration.parse("PT" + service.get("stop_grace_period"));
            assertThat(grace).as(name).isGreaterThan(LONGEST_SHUTDOWN.plus(Duration.parse(delay)));
            compose.put(name, grace);
        });
        Map<?, ?> pod = map(
                map(map(yaml(KUBERNETES.resolve("deployment.yaml")).get("spec")).get("template"))
                        .get("spec"));
        Duration inKubernetes =
                Duration.ofSeconds((Integer) Objects.requireNonNull(pod.get("terminationGracePeriodSeconds")));
        Duration delay =
                Duration.parse(Objects.requireNonNull(kubernetesSettings().get("GATEHOUSE_HTTP_SHUTDOWN_DELAY")));

        assertThat(compose).hasSize(4);
        assertThat(inKubernetes).isGreaterThan(LONGEST_SHUTDOWN.plus(delay));
        // nginx ends before the replicas are told to, and has to wait for their answers until then.
        assertThat(Duration.parse("PT" + map(services().get("nginx")).get("stop_grace_period")))
                .isGreaterThan(LONGEST_SHUTDOWN);
        assertThat(Path.of("docs", "operations.md"))
                .content()
                .contains("give it more than " + LONGEST_SHUTDOWN.toSeconds() + " s (`stop_grace_period`)");
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

    /** The layer of libraries is made by the build's own command, so that it has all that the build needs. */
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

    /** A burst of calls opens all connections that replicas may have; beyond what Postgres takes they would be 503. */
    @Test
    void allReplicasOfComposeFitIntoAPostgresAsItComes() throws IOException {
        Properties defaults = new Properties();
        try (var reader = Files.newBufferedReader(Path.of("src", "main", "resources", "application.properties"))) {
            defaults.load(reader);
        }
        int forCalls = Integer.parseInt(defaults.getProperty("quarkus.datasource.jdbc.max-size"));
        int replicas = replicas().size();

        assertThat(replicas).isEqualTo(4);
        assertThat(replicas * (forCalls + CONNECTIONS_OF_ITS_OWN)).isLessThanOrEqualTo(CONNECTIONS_OF_POSTGRES);
    }

    @Test
    void theSecretsOfComposeAreMadeOnceAndByWhatComposeNames(@TempDir Path clone) throws Exception {
        String compose = Files.readString(COMPOSE.get(0)) + Files.readString(COMPOSE.get(1));
        List<String> needed = Pattern.compile("\\$\\{(\\w+):\\?is not set, run deploy/make-env}")
                .matcher(compose)
                .results()
                .map(variable -> variable.group(1))
                .distinct()
                .toList();
        List<String> all = Pattern.compile("\\$\\{(\\w+)")
                .matcher(compose)
                .results()
                .map(variable -> variable.group(1))
                .distinct()
                .toList();
        assertThat(needed).hasSize(2);
        assertThat(all)
                .as("Quarkus reads .env, too")
                .noneMatch(name -> name.startsWith("GATEHOUSE_") || name.startsWith("QUARKUS_"))
                .containsAll(needed);
        assertThat(all.stream().filter(name -> !needed.contains(name)))
                .allSatisfy(name ->
                        assertThat(compose).doesNotContain("${" + name + "}").contains("${" + name + ":-"));
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

    /** The services of both files, each as the files together make it. */
    private static Map<String, Map<?, ?>> services() throws IOException {
        Map<String, Map<?, ?>> services = new TreeMap<>();
        for (Path file : COMPOSE) {
            map(yaml(file).get("services")).forEach((name, service) -> {
                Map<Object, Object> merged = new HashMap<>(services.getOrDefault(name.toString(), Map.of()));
                merged.putAll(map(service));
                services.put(name.toString(), merged);
            });
        }
        return services;
    }

    /** The services that run the image of Gatehouse. */
    private static Map<String, Map<?, ?>> replicas() throws IOException {
        Map<String, Map<?, ?>> replicas = services();
        replicas.values()
                .removeIf(service -> !String.valueOf(service.get("build")).contains("Dockerfile.jvm"));
        return replicas;
    }

    private static long occurrences(String text, String part) {
        return Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
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
