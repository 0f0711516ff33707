package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code ./mvnw} needs, fetches and refuses. The wrapper runs with the tools of a small image only: no curl, no wget, no
 * Maven, and nothing that computes a digest. What it fetches is a stand-in of Maven that prints its arguments.
 */
class MavenWrapperIT {
    private static final String VERSION = "9.8.7";
    private static final String ARCHIVE =
            "/org/apache/maven/apache-maven/%1$s/apache-maven-%1$s-bin.zip".formatted(VERSION);
    private static final String RAN = "The stand-in of Maven runs with --version";

    /** Those of Debian's and Ubuntu's smallest images that the wrapper may use. */
    private static final List<String> TOOLS =
            List.of("sh", "cat", "chmod", "cut", "dirname", "mkdir", "mktemp", "mv", "rm", "sed", "tail", "tr");

    @TempDir
    Path folder = Path.of("");

    private byte[] archive = new byte[0];
    private Path path = Path.of("");
    private final HttpServer server;

    MavenWrapperIT() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void layOutAProjectAndARepository() throws Exception {
        Tools.assumePresent("sh and sed", Tools.succeeds("sh", "-c", "command -v sed"));
        archive = archive();
        path = Files.createDirectory(folder.resolve("path"));
        for (String tool : TOOLS) {
            Files.createSymbolicLink(path.resolve(tool), installed(tool));
        }
        server.createContext("/maven" + ARCHIVE, exchange -> answer(exchange, 200, archive));
        server.start();
        Files.createDirectories(folder.resolve(".mvn/wrapper"));
        Files.copy(Path.of("mvnw"), folder.resolve("mvnw"));
        configure(url("/maven" + ARCHIVE), digest(archive));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "http"})
    void theJdkAloneFetchesMavenFromARepository(String scheme) throws Exception {
        Path file = folder.resolve("repository" + ARCHIVE);
        Files.createDirectories(file.getParent());
        Files.write(file, archive);
        String repository = scheme.equals("http")
                ? url("/maven/")
                : folder.resolve("repository").toUri().toString();

        PackagedService.Ended ended = mvnw(Map.of("MVNW_REPOURL", repository));

        assertThat(ended.log()).contains("from MVNW_REPOURL", RAN);
        assertThat(ended.exitCode()).isZero();
    }

    @Test
    void theJdkAloneFetchesMavenFromItsArchive() throws Exception {
        PackagedService.Ended ended = mvnw(Map.of());

        assertThat(ended.log()).contains("from Apache's archive", RAN);
        assertThat(ended.exitCode()).isZero();
    }

    @Test
    void aRepositoryThatRedirectsIsFollowed() throws Exception {
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", url("/maven" + ARCHIVE));
            answer(exchange, 302, new byte[0]);
        });

        PackagedService.Ended ended = mvnw(Map.of("MVNW_REPOURL", url("/moved")));

        assertThat(ended.log()).contains(RAN).doesNotContain("from Apache's archive");
    }

    @Test
    void aRepositoryGetsTheCredentialsOfItsUrl() throws Exception {
        String expected = "Basic " + Base64.getEncoder().encodeToString("me:p@ss".getBytes(StandardCharsets.UTF_8));
        server.createContext("/private", exchange -> {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"repository\"");
            boolean known = expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
            answer(exchange, known ? 200 : 401, known ? archive : new byte[0]);
        });

        PackagedService.Ended ended =
                mvnw(Map.of("MVNW_REPOURL", url("/private").replace("//", "//me:p%40ss@")));

        assertThat(ended.log()).contains(RAN).doesNotContain("from Apache's archive");
    }

    @Test
    void aRepositoryWithoutMavenIsFollowedByTheArchive() throws Exception {
        PackagedService.Ended ended = mvnw(Map.of("MVNW_REPOURL", url("/nothing")));

        assertThat(ended.log()).contains("HTTP status 404", "from Apache's archive", RAN);
        assertThat(ended.exitCode()).isZero();
    }

    @Test
    void theJdkFetchesWhatCurlAndWgetCannot() throws Exception {
        for (String broken : List.of("curl", "wget")) {
            Path tool = Files.writeString(path.resolve(broken), "#!/bin/sh\necho no certificates >&2\nexit 60\n");
            assertThat(tool.toFile().setExecutable(true)).isTrue();
        }

        PackagedService.Ended ended = mvnw(Map.of());

        assertThat(ended.log()).contains("no certificates", RAN);
        assertThat(ended.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/cut"})
    void anArchiveThatCannotBeFetchedIsAnError(String where) throws Exception {
        server.createContext("/cut", exchange -> {
            exchange.sendResponseHeaders(200, archive.length);
            exchange.getResponseBody().write(archive, 0, archive.length / 2);
            throw new IOException("the connection is closed here");
        });
        configure(url(where), digest(archive));

        PackagedService.Ended ended = mvnw(Map.of());

        assertThat(ended.log())
                .contains("Maven " + VERSION + " could not be fetched")
                .doesNotContain(RAN);
        assertThat(ended.exitCode()).isEqualTo(1);
        assertNothingIsKept();
    }

    @Test
    void anArchiveWithAnotherChecksumIsNotUnpacked() throws Exception {
        configure(url("/maven" + ARCHIVE), digest("not this".getBytes(StandardCharsets.UTF_8)));

        PackagedService.Ended ended = mvnw(Map.of("MVNW_REPOURL", url("/maven")));

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.log())
                .contains("SHA-512 " + digest(archive), "Not used")
                .doesNotContain(RAN);
        assertNothingIsKept();
    }

    @Test
    void theArchiveIsFetchedOnce() throws Exception {
        mvnw(Map.of());
        server.stop(0);

        PackagedService.Ended ended = mvnw(Map.of());

        assertThat(ended.log()).contains(RAN).doesNotContain("fetching");
    }

    @Test
    void aJdkThatIsNotJavaHomeIsNamed() throws Exception {
        PackagedService.Ended ended = mvnw(Map.of(
                "JAVA_HOME", folder.toString(),
                "SDKMAN_DIR", sdkmanWithThisJdk().toString()));

        assertThat(ended.log()).contains("mvnw: using JDK ").contains(RAN);
        assertThat(ended.exitCode()).isZero();
    }

    private Path sdkmanWithThisJdk() throws IOException {
        Path candidates = folder.resolve("sdkman/candidates/java");
        Files.createDirectories(candidates);
        Files.createSymbolicLink(candidates.resolve("this"), Path.of(System.getProperty("java.home")));
        return folder.resolve("sdkman");
    }

    private void assertNothingIsKept() throws IOException {
        try (Stream<Path> left = Files.walk(folder.resolve("home"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private static Path installed(String tool) throws IOException {
        for (String place : System.getenv("PATH").split(":", -1)) {
            Path file = Path.of(place, tool);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new IOException(tool + " is not installed");
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("apache-maven-" + VERSION + "/bin/mvn"));
            zip.write("#!/bin/sh\necho \"The stand-in of Maven runs with $*\"\n".getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    private static String digest(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(bytes));
    }

    private void configure(String url, String digest) throws IOException {
        String distribution = url.endsWith(".zip") ? url : url + "/apache-maven-" + VERSION + "-bin.zip";
        Files.writeString(
                folder.resolve(".mvn/wrapper/maven-wrapper.properties"),
                "distributionUrl=" + distribution + "\ndistributionSha512Sum=" + digest + "\n");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
        exchange.close();
    }

    private PackagedService.Ended mvnw(Map<String, String> more) throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "JAVA_HOME", System.getProperty("java.home"),
                "PATH", path.toString(),
                "HOME", folder.resolve("home").toString()));
        environment.putAll(more);
        ProcessBuilder builder = new ProcessBuilder(
                        path.resolve("sh").toString(), folder.resolve("mvnw").toString(), "--version")
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new PackagedService.Ended(process.waitFor(), output);
    }
}
