package dev.gatehouse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.PackagedService.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged service with HTTPS, as docs/operations.md has it set up, under certificates that sign themselves. */
class HttpsIT {
    private static final String CERTIFICATE = "QUARKUS_TLS_KEY_STORE_PEM_0_CERT";
    private static final String KEY = "QUARKUS_TLS_KEY_STORE_PEM_0_KEY";
    private static final String LAST = "GET /notsecret HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final String NEXT = "GET /notsecret HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir
    private static Path folder;

    private static Certificate first;
    private static String database;
    private static PackagedService service;

    @BeforeAll
    static void start() {
        database = TestPostgres.newDatabase();
        first = makeCertificate(folder);
        service = PackagedService.ready(database, settings(folder, Map.of("GATEHOUSE_HTTP_REQUEST_TIMEOUT", "PT1S")));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static Map<String, String> settings(Path folder, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "QUARKUS_HTTP_SSL_PORT",
                "0",
                CERTIFICATE,
                folder.resolve("certificate.pem").toString(),
                KEY,
                folder.resolve("key.pem").toString()));
        settings.putAll(more);
        return settings;
    }

    @Test
    void theMainPortSpeaksHttpsAndTheManagementPortStaysAsItIs() {
        assertThat(statuses(service, first, LAST)).isEqualTo("200");
        assertThat(service.managementScheme()).isEqualTo("http");
        assertThat(service.management().call("GET", "/q/health/ready").send().status())
                .isEqualTo(200);
        assertThat(healthcheck(service, Map.of())).isEqualTo(new Ended(0, "healthcheck: serving"));
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3,true", "TLSv1.2,true", "TLSv1.1,false"})
    void onlyTls12And13AreSpoken(String protocol, boolean spoken) throws IOException {
        try (SSLSocket socket = socket(service, first)) {
            socket.setEnabledProtocols(new String[] {protocol});
            if (spoken) {
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            } else {
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
            }
        }
    }

    @Test
    void requestsAreBoundedAsOverPlainHttp() throws IOException {
        assertThat(statuses(service, first, NEXT.repeat(100) + LAST)).isEqualTo("200 ".repeat(100) + "200");
        assertThat(statuses(
                        service,
                        first,
                        NEXT + "POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n" + LAST))
                .isEqualTo("200 400");
        assertThat(statuses(
                        service,
                        first,
                        NEXT + "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 5\r\n\r\n{"))
                .isEqualTo("200 408");
        try (SSLSocket silent = socket(service, first)) {
            silent.startHandshake();
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void theManagementPortSpeaksHttpsWhereItIsTold() {
        Map<String, String> told = Map.of("QUARKUS_MANAGEMENT_TLS_CONFIGURATION_NAME", "<default>");
        try (PackagedService both = PackagedService.listening(withDatabase(settings(folder, told)))) {
            assertThat(both.managementScheme()).isEqualTo("https");
            Await.until(() -> healthcheck(both, told).exitCode() == 0);
        }
    }

    @Test
    void theManagementPortSpeaksHttpsUnderACertificateOfItsOwnAndTheMainPortHttpsAlone() {
        Map<String, String> own = Map.of(
                "QUARKUS_MANAGEMENT_SSL_CERTIFICATE_FILES",
                        folder.resolve("certificate.pem").toString(),
                "QUARKUS_MANAGEMENT_SSL_CERTIFICATE_KEY_FILES",
                        folder.resolve("key.pem").toString());
        Map<String, String> more = new HashMap<>(own);
        more.put("QUARKUS_HTTP_INSECURE_REQUESTS", "disabled");
        try (PackagedService both = PackagedService.listening(withDatabase(settings(folder, more)))) {
            assertThat(both.managementScheme()).isEqualTo("https");
            assertThat(both.port()).as("no plain HTTP").isZero();
            Await.until(() -> healthcheck(both, own).exitCode() == 0);
            assertThat(statuses(both, first, LAST)).isEqualTo("200");
        }
    }

    @Test
    void aNewCertificateIsTakenWithoutARestart(@TempDir Path renewed) throws IOException {
        Certificate old = makeCertificate(renewed);
        Map<String, String> reloading = settings(renewed, Map.of("QUARKUS_TLS_RELOAD_PERIOD", "1S"));
        try (PackagedService service = PackagedService.ready(database, reloading)) {
            assertThat(statuses(service, old, LAST)).isEqualTo("200");

            Path next = Files.createDirectory(renewed.resolve("next"));
            Certificate latest = makeCertificate(next);
            for (String file : new String[] {"certificate.pem", "key.pem"}) {
                Files.move(next.resolve(file), renewed.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }

            Await.until(() -> statuses(service, latest, LAST).equals("200"), service::log);
        }
    }

    private static Map<String, String> withDatabase(Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("QUARKUS_DATASOURCE_JDBC_URL", database);
        return environment;
    }

    private static Ended healthcheck(PackagedService service, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("QUARKUS_MANAGEMENT_PORT", String.valueOf(service.managementPort()));
        return PackagedService.ending(environment, "healthcheck");
    }

    /** The statuses of all responses until the service closes the connection; what went wrong, where TLS is not agreed on. */
    private static String statuses(PackagedService service, Certificate trusted, String requests) {
        try (SSLSocket socket = socket(service, trusted)) {
            socket.getOutputStream().write(requests.getBytes(ISO_8859_1));
            String answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            return Pattern.compile("HTTP/1\\.1 (\\d+)")
                    .matcher(answers)
                    .results()
                    .map((MatchResult status) -> status.group(1))
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static SSLSocket socket(PackagedService service, Certificate trusted) throws IOException {
        try {
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry("service", trusted);
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trust);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", service.httpsPort());
            socket.setSoTimeout(10_000);
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes certificate.pem and key.pem. */
    private static Certificate makeCertificate(Path folder) {
        Path store = folder.resolve("store.p12");
        String password = "only for this test";
        String[] keytool = {
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "service",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost",
            "-keystore",
            store.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            password
        };
        assertThat(Tools.succeeds(keytool)).as("keytool").isTrue();
        try {
            KeyStore keys = KeyStore.getInstance(store.toFile(), password.toCharArray());
            Certificate certificate = keys.getCertificate("service");
            write(folder.resolve("certificate.pem"), "CERTIFICATE", certificate.getEncoded());
            write(
                    folder.resolve("key.pem"),
                    "PRIVATE KEY",
                    keys.getKey("service", password.toCharArray()).getEncoded());
            return certificate;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, String type, byte[] content) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        try {
            Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
