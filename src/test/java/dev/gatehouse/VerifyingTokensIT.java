package dev.gatehouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.key.TestKeys;
import dev.gatehouse.token.TokenForge;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.ParseException;
import java.io.IOException;
import java.io.StringReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;

/** The snippets by which other services check tokens accept ours and no others. */
@Tag("tools")
class VerifyingTokensIT {
    private static final String PASSWORD = "a long enough password";
    private static final String USERNAME = "\u5c0f\u660e";
    private static final String DATABASE = TestPostgres.newDatabase();

    private static final PackagedService SERVICE =
            PackagedService.ready(DATABASE, Map.of("GATEHOUSE_PASSWORD_COST", "4"));

    @TempDir
    Path folder = Path.of("");

    private final String token = SERVICE.api().login(USERNAME, PASSWORD).token();

    @BeforeAll
    static void signUp() {
        assertThat(SERVICE.api().signUp(USERNAME, PASSWORD).status()).isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        SERVICE.close();
    }

    private String snippet(String language) {
        return Snippets.first(language).replace("https://auth.example", "http://localhost:" + SERVICE.port());
    }

    /** Tokens that no service may take for ours. */
    private Map<String, String> badTokens() throws Exception {
        String kid = TokenForge.of(token, new byte[1]).header().path("kid").asText();
        TokenForge ours = TokenForge.of(token, TestKeys.privateKey(Sql.of(DATABASE), kid));
        byte[] publicKey = TestKeys.publicKey(Sql.of(DATABASE), kid).getEncoded();
        KeyPairGenerator foreign = KeyPairGenerator.getInstance("EC");
        foreign.initialize(256);
        long now = Instant.now().getEpochSecond();
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put(
                "expired",
                ours.withClaims(claims -> claims.put("iat", now - 1900).put("exp", now - 100)));
        tokens.put("of another issuer", ours.withClaims(claims -> claims.put("iss", "other")));
        tokens.put("without exp", ours.withClaims(claims -> claims.remove("exp")));
        tokens.put(
                "by a foreign key",
                TokenForge.of(token, foreign.generateKeyPair().getPrivate()).withClaims(claims -> {}));
        tokens.put(
                "HS256 with the public key",
                TokenForge.ofSecret(token, kid, publicKey).withClaims(claims -> {}));
        tokens.put("alg none", ours.withHeader(header -> header.put("alg", "none")));
        tokens.put("of an unknown kid", ours.withHeader(header -> header.put("kid", "x")));
        tokens.put("unsigned", token.substring(0, token.lastIndexOf('.') + 1));
        return tokens;
    }

    private Map<String, String> badTokensAndAnotherType() throws Exception {
        String kid = TokenForge.of(token, new byte[1]).header().path("kid").asText();
        TokenForge ours = TokenForge.of(token, TestKeys.privateKey(Sql.of(DATABASE), kid));
        Map<String, String> tokens = badTokens();
        tokens.put("of another type", ours.withHeader(header -> header.put("typ", "JWT")));
        return tokens;
    }

    /** Runs a program that prints a line for each of its arguments: the subject, or that it was refused. */
    private void assertAcceptsOursOnly(String... command) throws Exception {
        Map<String, String> bad = badTokensAndAnotherType();
        List<String> line = new ArrayList<>(List.of(command));
        line.add(token);
        line.addAll(bad.values());
        Process process = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        List<String> verdicts = output.lines().toList();
        assertThat(verdicts).as(output).hasSize(1 + bad.size());
        assertThat(verdicts.getFirst()).isEqualTo(USERNAME);
        int n = 1;
        for (String name : bad.keySet()) {
            assertThat(verdicts.get(n++)).as(name).isEqualTo("refused");
        }
    }

    @Test
    void pyJwtAcceptsOursOnly() throws Exception {
        String python = Stream.of("/usr/bin/python3", "python3")
                .filter(one -> Tools.succeeds(one, "-c", "import jwt, cryptography"))
                .findFirst()
                .orElse("");
        Tools.assumePresent("a python3 with jwt and cryptography", !python.isEmpty());
        Files.writeString(folder.resolve("verify.py"), snippet("python") + """
                import sys
                sys.stdout.reconfigure(encoding="utf-8")
                for token in sys.argv[1:]:
                    try:
                        print(verified(token)["sub"])
                    except jwt.PyJWTError:
                        print("refused")
                """);
        assertAcceptsOursOnly(python, "verify.py");
    }

    @Test
    void joseAcceptsOursOnly() throws Exception {
        Path packages = Tools.NPM_PROJECT.resolve("node_modules");
        Tools.assumePresent("node", Tools.succeeds("node", "--version"));
        Tools.assumePresent("jose, which .ci/consumers installs", Files.exists(packages.resolve("jose")));
        Files.createSymbolicLink(folder.resolve("node_modules"), packages);
        Files.writeString(folder.resolve("verify.mjs"), snippet("js") + """
                for (const token of process.argv.slice(2)) {
                  try {
                    console.log((await verified(token)).sub);
                  } catch (e) {
                    if (!String(e.code).startsWith('ERR_J')) throw e;
                    console.log('refused');
                  }
                }
                """);
        assertAcceptsOursOnly("node", "verify.mjs");
    }

    @Test
    void springsDecoderAcceptsOursOnly() throws Exception {
        JwtDecoder decoder = springsDecoder();
        assertThat(decoder.decode(token).getSubject()).isEqualTo(USERNAME);
        Map<String, String> bad = badTokensAndAnotherType();
        bad.remove("without exp"); // Spring's validators let a token without exp pass; we make none.
        for (Map.Entry<String, String> one : bad.entrySet()) {
            assertThat(isRefused(decoder, one.getValue())).as(one.getKey()).isTrue();
        }
    }

    private static boolean isRefused(JwtDecoder decoder, String token) {
        try {
            decoder.decode(token);
            return false;
        } catch (JwtException e) {
            return true;
        }
    }

    /** Compiles the snippet as it stands and calls it. */
    private JwtDecoder springsDecoder() throws Exception {
        String standIns = "@interface Bean {}\n@interface Configuration {}\n";
        String callerSource = "public class Caller implements java.util.function.Supplier<Object> {"
                + " public Object get() { return new GatehouseTokens().jwtDecoder(); } }\n";
        Path source = Files.writeString(
                folder.resolve("Caller.java"),
                snippet("java").replaceAll("import org\\.springframework\\.context\\..*", "")
                        + standIns
                        + callerSource);
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(compiled).isZero();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            Object caller = loader.loadClass("Caller").getDeclaredConstructor().newInstance();
            return (JwtDecoder) ((Supplier<?>) caller).get();
        }
    }

    /** Quarkus' library under the settings of the snippet, which Quarkus would hand to it. */
    @Test
    void quarkusLibraryAcceptsOursOnly() throws Exception {
        Properties settings = new Properties();
        settings.load(new StringReader(snippet("properties")));
        JWTAuthContextInfo info = new JWTAuthContextInfo();
        info.setPublicKeyLocation(settings.getProperty("mp.jwt.verify.publickey.location"));
        info.setSignatureAlgorithm(
                Set.of(SignatureAlgorithm.valueOf(settings.getProperty("mp.jwt.verify.publickey.algorithm"))));
        info.setIssuedBy(settings.getProperty("mp.jwt.verify.issuer"));
        info.setClockSkew(Integer.parseInt(settings.getProperty("mp.jwt.verify.clock.skew")));
        assertThat(settings).hasSize(4);
        DefaultJWTParser parser = new DefaultJWTParser(info);
        assertThat(parser.parse(token).getSubject()).isEqualTo(USERNAME);
        for (Map.Entry<String, String> bad : badTokens().entrySet()) {
            assertThat(isRefused(parser, bad.getValue())).as(bad.getKey()).isTrue();
        }
    }

    private static boolean isRefused(DefaultJWTParser parser, String token) {
        try {
            parser.parse(token);
            return false;
        } catch (ParseException e) {
            return true;
        }
    }

    @Test
    void nginxAsksForEachRequestAndNobodyCanClaimAName() throws Exception {
        Tools.assumePresent("nginx", Tools.succeeds("nginx", "-v"));
        try (Upstream app = new Upstream()) {
            int port = Tools.freePort();
            assertProtects(port, nginx(snippet("nginx"), app, port));
        }
    }

    private Process nginx(String snippet, Upstream app, int port) throws IOException {
        Path config = Files.writeString(
                folder.resolve("nginx.conf"),
                "daemon off; pid nginx.pid; error_log stderr; events {}\nhttp {\naccess_log off;\n"
                        + "client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u;"
                        + " scgi_temp_path s;\n"
                        + inside(snippet, app).replace("listen 80;", "listen 127.0.0.1:" + port + ";")
                        + "}\n");
        return started("nginx", "-p", folder.toString(), "-e", "stderr", "-c", config.toString());
    }

    @Test
    void nginxLetsPreflightsPassWhereItIsToldTo() throws Exception {
        Tools.assumePresent("nginx", Tools.succeeds("nginx", "-v"));
        String asking = snippet("nginx");
        String exempting = Pattern.compile(" *location = /_verify \\{.*?\n    }\n", Pattern.DOTALL)
                .matcher(asking)
                .replaceFirst(Matcher.quoteReplacement(Snippets.all("nginx").get(1)));
        assertThat(exempting).contains("OPTIONS").isNotEqualTo(asking);
        try (Upstream app = new Upstream()) {
            assertPreflightPassesOnly(exempting, asking, app, this::nginx);
        }
    }

    /** How a proxy is started with a snippet as its configuration. */
    private interface Starter {
        Process start(String snippet, Upstream app, int port) throws IOException;
    }

    private void assertPreflightPassesOnly(String exempting, String asking, Upstream app, Starter starter)
            throws Exception {
        int port = Tools.freePort();
        Process proxy = starter.start(asking, app, port);
        try {
            Tools.awaitPort(port);
            assertThat(preflight(port).status()).isEqualTo(401);
        } finally {
            proxy.destroy();
            proxy.waitFor();
        }
        int another = Tools.freePort();
        Process telling = starter.start(exempting, app, another);
        try {
            Tools.awaitPort(another);
            assertThat(preflight(another).text()).isEqualTo("OPTIONS /page - - ");
            assertProtects(another, telling);
        } finally {
            telling.destroy();
        }
    }

    private static Api.Answer preflight(int port) {
        return forged(Api.ofProxy(port)
                .call("OPTIONS", "/page")
                .header("Origin", "https://shop.example")
                .header("Access-Control-Request-Method", "PUT")
                .header("Access-Control-Request-Headers", "authorization"));
    }

    @Test
    void caddyAsksForEachRequestAndNobodyCanClaimAName() throws Exception {
        Tools.assumePresent("caddy", Tools.succeeds("caddy", "version"));
        try (Upstream app = new Upstream()) {
            int port = Tools.freePort();
            assertProtects(port, caddy(snippet("caddy"), app, port));
        }
    }

    private Process caddy(String snippet, Upstream app, int port) throws IOException {
        Path config = Files.writeString(
                folder.resolve("Caddyfile"),
                "{\nadmin off\nauto_https off\n}\n"
                        + inside(snippet, app).replace("shop.example", "http://localhost:" + port));
        return started("caddy", "run", "--adapter", "caddyfile", "--config", config.toString());
    }

    @Test
    void caddyLetsPreflightsPassWhereItIsToldTo() throws Exception {
        Tools.assumePresent("caddy", Tools.succeeds("caddy", "version"));
        String asking = snippet("caddy");
        String exempting = asking.replaceFirst(
                "(?m)^ +handle ", Matcher.quoteReplacement(Snippets.all("caddy").get(1)) + "\n$0");
        assertThat(exempting).contains("OPTIONS");
        try (Upstream app = new Upstream()) {
            assertPreflightPassesOnly(exempting, asking, app, this::caddy);
        }
    }

    private static String inside(String snippet, Upstream app) {
        return snippet.replace("gatehouse:8080", "localhost:" + SERVICE.port())
                .replace("app:3000", "localhost:" + app.port());
    }

    private Process started(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", folder.toString());
        return builder.redirectOutput(folder.resolve("proxy.log").toFile()).start();
    }

    private void assertProtects(int port, Process process) throws Exception {
        try {
            Tools.awaitPort(port);
            Api proxy = Api.ofProxy(port);
            String session =
                    TokenForge.of(token, new byte[1]).claims().path("sid").asText();
            String ours = "/page?token=x %E5%B0%8F%E6%98%8E " + session + " ";
            assertThat(forged(proxy.call("GET", "/page?token=x").bearer(token)).text())
                    .isEqualTo("GET " + ours);
            assertThat(forged(proxy.call("PUT", "/page?token=x").bearer(token).body("hello".getBytes(UTF_8)))
                            .text())
                    .isEqualTo("PUT " + ours + "hello");
            assertThat(forged(proxy.call("GET", "/open/page")).text()).isEqualTo("GET /open/page - - ");
            assertThat(forged(proxy.call("GET", "/open/page").bearer(token)).text())
                    .isEqualTo("GET /open/page - - ");
            assertThat(forged(proxy.call("GET", "/page")).status()).isEqualTo(401);
            for (Map.Entry<String, String> bad : badTokensAndAnotherType().entrySet()) {
                assertThat(forged(proxy.call("POST", "/page").bearer(bad.getValue()))
                                .status())
                        .as(bad.getKey())
                        .isEqualTo(401);
            }
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    /** With the headers that only the proxy may set, in more than one spelling. */
    private static Api.Answer forged(Api.Call call) {
        return call.header("X-Auth-Subject", "admin")
                .header("x-auth-session", "somebody-elses")
                .header("X-Auth-Subject", "root")
                .send();
    }
}
