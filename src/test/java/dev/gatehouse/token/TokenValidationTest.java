package dev.gatehouse.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.MutableClock;
import dev.gatehouse.Sql;
import dev.gatehouse.StatementLog;
import dev.gatehouse.key.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What calls that take a token say to those that a client should not have, under both kinds of keys. */
@QuarkusTest
class TokenValidationTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    MutableClock clock;

    @Inject
    Sql sql;

    private final String username = "user-" + UUID.randomUUID();
    private final ServerSocket sink = listening();
    private Api api = new Api(0);
    private String genuine = "";
    private String kid = "";
    private TokenForge forge = TokenForge.of("e30.e30.", new byte[1]);

    @BeforeEach
    void logIn() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
        genuine = api.login(username, PASSWORD).token();
        kid = TokenForge.of(genuine, TestKeys.SECRET).header().path("kid").asText();
        forge = TokenForge.of(genuine, TestKeys.privateKey(sql, kid));
    }

    /** Tokens of HS256, under a secret that is accepted beside the service's own keys. */
    private TokenForge forgeOfSecret() {
        return TokenForge.ofSecret(genuine, TestKeys.kid(TestKeys.SECRET), TestKeys.SECRET);
    }

    /** Nobody connects to it. */
    private static ServerSocket listening() {
        try {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String url() {
        return "http://localhost:" + sink.getLocalPort() + "/jwks";
    }

    @AfterEach
    void resetClock() throws IOException {
        sink.close();
        clock.reset();
    }

    @Test
    void theTokenHasExactlyItsHeaderAndClaims() {
        assertThat(forge.header().properties()).extracting(Map.Entry::getKey).containsOnly("alg", "typ", "kid");
        assertThat(forge.header().path("alg").asText()).isEqualTo("ES256");
        assertThat(forge.header().path("typ").asText()).isEqualTo("at+jwt");
        ObjectNode claims = forge.claims();
        assertThat(claims.properties())
                .extracting(Map.Entry::getKey)
                .containsOnly("iss", "sub", "iat", "exp", "jti", "sid", "gen", "auth_time");
        assertThat(claims.path("iss").asText()).isEqualTo("gatehouse");
        assertThat(claims.path("sub").asText()).isEqualTo(username);
        assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(1800);
        assertThat(claims.path("auth_time").asLong())
                .isBetween(claims.path("iat").asLong() - 1, claims.path("iat").asLong());
        assertThat(claims.path("gen").asLong()).isEqualTo(1);
        assertThat(sql.text(
                        "SELECT subject FROM session WHERE id = CAST(? AS uuid)",
                        claims.path("sid").asText()))
                .isEqualTo(username);
    }

    @Test
    void whatTheForgesSignUnchangedIsAccepted() {
        for (TokenForge one : List.of(forge, forgeOfSecret())) {
            assertThat(api.secret(one.withClaims(claims -> {})).status()).isEqualTo(200);
            assertThat(api.secret(one.withClaims(claims -> claims.put("scope", "x")))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void forgedDamagedAndMisplacedTokensUnderAKeyOfTheServiceAreRefusedAlike() throws IOException {
        Map<String, String> tokens = badTokens(forge, genuine);
        addPublicKeyAsSecret(tokens);
        assertAllRefused(tokens);
    }

    @Test
    void forgedDamagedAndMisplacedTokensUnderASecretAreRefusedAlike() throws IOException {
        assertAllRefused(badTokens(forgeOfSecret(), forgeOfSecret().withClaims(claims -> {})));
    }

    private Map<String, String> badTokens(TokenForge by, String good) {
        Map<String, String> tokens = new LinkedHashMap<>();
        addWrongAlgorithms(tokens, by, good);
        addWrongHeaders(tokens, by);
        addWrongClaims(tokens, by);
        addDamagedForms(tokens, good);
        Answer login = api.login(username, PASSWORD);
        tokens.put("a refresh token's half", login.refreshToken().substring(1));
        return tokens;
    }

    /** No statement either: the tokens are refused before the database could be asked, for whatever kid. */
    private void assertAllRefused(Map<String, String> tokens) throws IOException {
        assertThat(tokens).hasSizeGreaterThan(80);
        try (ServerSocket listening = sink) {
            List<String> statements = StatementLog.during(() -> tokens.forEach((name, token) -> {
                assertRefused(name, api.secret(token));
                assertRefused(name, api.verify(token));
                assertRefused(name, api.refresh(token));
                assertRefused(name, api.call("GET", "/account").bearer(token).send());
            }));
            assertThat(statements).isEmpty();
            listening.setSoTimeout(1);
            assertThatThrownBy(listening::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** It is above the row's, as after a restored database. The highest ones must not overflow in SQL. */
    @ParameterizedTest
    @ValueSource(longs = {2, 1L << 62, Long.MAX_VALUE - 2, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void aGenerationThatWasNeverIssuedEndsTheSession(long generation) {
        String token = forgeOfSecret().withClaims(claims -> claims.put("gen", generation));
        String invented = forgeOfSecret()
                .withClaims(claims -> claims.put("gen", generation)
                        .put("sid", UUID.randomUUID().toString()));

        assertThat(api.refresh(invented).problem()).isEqualTo("session-ended");
        assertThat(api.refresh(token).status()).isEqualTo(401);
        assertThat(api.refresh(token).problem()).isEqualTo("session-ended");

        assertThat(sql.text(
                        "SELECT end_reason FROM session WHERE id = CAST(? AS uuid)",
                        forge.claims().path("sid").asText()))
                .isEqualTo("reuse");
        assertThat(api.call("POST", "/logout").bearer(token).send().status()).isEqualTo(204);
    }

    @Test
    void aRefreshTokenIsNoAccessToken() {
        String refreshToken = api.login(username, PASSWORD).refreshToken();
        assertRefused("/secret", api.secret(refreshToken));
        assertRefused("/verify", api.verify(refreshToken));
        assertRefused(
                "/account", api.call("GET", "/account").bearer(refreshToken).send());
    }

    /** What everybody can read, used as what nobody should know (RFC 8725, 2.1). */
    private void addPublicKeyAsSecret(Map<String, String> tokens) {
        byte[] der = TestKeys.publicKey(sql, kid).getEncoded();
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        String pem = "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----";
        JsonNode jwks = api.call("GET", "/.well-known/jwks.json").send().json();
        Map<String, byte[]> secrets = new LinkedHashMap<>();
        secrets.put("DER", der);
        secrets.put("PEM", pem.getBytes(UTF_8));
        secrets.put("PEM and a line break", (pem + "\n").getBytes(UTF_8));
        secrets.put("JWK", TokenForge.text(jwks.path("keys").path(0)).getBytes(UTF_8));
        secrets.put("JWK and a line break", (TokenForge.text(jwks.path("keys").path(0)) + "\n").getBytes(UTF_8));
        secrets.put("JWK Set", TokenForge.text(jwks).getBytes(UTF_8));
        secrets.put("kid", kid.getBytes(UTF_8));
        secrets.forEach((name, secret) -> tokens.put(
                "HS256 with the public key as " + name,
                TokenForge.ofSecret(genuine, kid, secret).withClaims(claims -> {})));
    }

    private static void assertRefused(String name, Answer answer) {
        assertThat(answer.status()).as(name).isEqualTo(401);
        assertThat(answer.problem()).as(name).isEqualTo("invalid-token");
        assertThat(answer.json().path("detail").asText()).isEqualTo("Invalid token");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    private static void addWrongAlgorithms(Map<String, String> tokens, TokenForge by, String good) {
        String[] segments = good.split("\\.", -1);
        for (String alg : new String[] {
            "none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "PS256", "ES384", "EdDSA", "hs256", "es256", ""
        }) {
            String signed = by.withHeader(header -> header.put("alg", alg));
            tokens.put("alg " + alg, signed);
            tokens.put("alg " + alg + " unsigned", signed.substring(0, signed.lastIndexOf('.') + 1));
        }
        tokens.put(
                "another secret",
                TokenForge.of(good, "x".repeat(40).getBytes(UTF_8)).withClaims(claims -> {}));
        tokens.put("no secret", segments[0] + "." + segments[1] + "." + TokenForge.encode(new byte[32]));
        tokens.put("no signature", segments[0] + "." + segments[1] + ".");
        String other = by.header().path("alg").asText().equals("HS256") ? "ES256" : "HS256";
        tokens.put("alg of another key", by.withHeader(header -> header.put("alg", other)));
        tokens.put("half a signature", good.substring(0, good.length() - 20));
    }

    private void addWrongHeaders(Map<String, String> tokens, TokenForge by) {
        for (String kid : new String[] {
            "",
            "../../dev/null",
            "' OR 1=1--",
            url(),
            "'; DROP TABLE account; --",
            "a\u0000b",
            "x".repeat(4000),
            "x".repeat(10_000)
        }) {
            tokens.put("kid " + kid, by.withHeader(header -> header.put("kid", kid)));
        }
        tokens.put("kid a number", by.withHeader(header -> header.put("kid", 1)));
        tokens.put("kid null", by.withHeader(header -> header.putNull("kid")));
        for (String name : new String[] {"kid", "alg", "typ"}) {
            tokens.put("without " + name, by.withHeader(header -> header.remove(name)));
        }
        for (String type : new String[] {"JWT", "jwt", "AT+JWT", "application/at+jwt", "rt+jwt", ""}) {
            tokens.put("typ " + type, by.withHeader(header -> header.put("typ", type)));
        }
        for (String name : new String[] {"jku", "x5u", "x5t", "cty", "zip"}) {
            tokens.put("header " + name, by.withHeader(header -> header.put(name, url())));
        }
        tokens.put(
                "jwk",
                by.withHeader(
                        header -> header.putObject("jwk").put("kty", "oct").put("k", "AAAA")));
        tokens.put("x5c", by.withHeader(header -> header.putArray("x5c").add("AAAA")));
        tokens.put("crit", by.withHeader(header -> header.putArray("crit").add("exp")));
        tokens.put(
                "b64",
                by.withHeader(
                        header -> header.put("b64", false).putArray("crit").add("b64")));
        String header = TokenForge.text(by.header());
        String claims = TokenForge.text(by.claims());
        tokens.put("alg twice", by.sign(header.replaceFirst("\\{", "{\"alg\":\"none\","), claims));
        tokens.put("kid twice, escaped", by.sign(header.replaceFirst("\\{", "{\"\\\\u006bid\":\"x\","), claims));
        tokens.put("header an array", by.sign("[" + header + "]", claims));
        tokens.put("header null", by.sign("null", claims));
        tokens.put("header with garbage", by.sign(header + "x", claims));
    }

    private void addWrongClaims(Map<String, String> tokens, TokenForge by) {
        for (String name : new String[] {"iss", "sub", "iat", "exp", "jti", "sid", "gen", "auth_time"}) {
            tokens.put("without " + name, by.withClaims(claims -> claims.remove(name)));
            tokens.put(name + " null", by.withClaims(claims -> claims.putNull(name)));
            tokens.put(name + " an array", by.withClaims(claims -> claims.putArray(name)));
            tokens.put(name + " an object", by.withClaims(claims -> claims.putObject(name)));
            tokens.put(name + " a switch", by.withClaims(claims -> claims.put(name, true)));
        }
        for (String name : new String[] {"iat", "exp", "auth_time", "nbf"}) {
            tokens.put(name + " text", by.withClaims(claims -> claims.put(name, "1999999999")));
            tokens.put(name + " a fraction", by.withClaims(claims -> claims.put(name, 1999999999.5)));
            tokens.put(name + " with an exponent", by.withClaims(claims -> claims.put(name, 1.9e9)));
            tokens.put(name + " negative", by.withClaims(claims -> claims.put(name, -1)));
            tokens.put(
                    name + " beyond long",
                    by.withClaims(claims -> claims.put(name, new BigDecimal("1e30").toBigInteger())));
            tokens.put(name + " beyond time", by.withClaims(claims -> claims.put(name, Long.MAX_VALUE)));
            String json = TokenForge.text(by.withClaimsRemoved(name));
            tokens.put(
                    name + " 1e400",
                    by.sign(TokenForge.text(by.header()), json.replaceFirst("\\{", "{\"" + name + "\":1e400,")));
        }
        for (String issuer : new String[] {"", "Gatehouse", "gatehouse/", "gatehouse ", "other"}) {
            tokens.put("iss " + issuer, by.withClaims(claims -> claims.put("iss", issuer)));
        }
        String sid = by.claims().path("sid").asText();
        for (String session : new String[] {"", "x", sid.toUpperCase(Locale.ROOT), sid + " ", sid.replace("-", "")}) {
            tokens.put("sid " + session, by.withClaims(claims -> claims.put("sid", session)));
        }
        tokens.put("gen zero", by.withClaims(claims -> claims.put("gen", 0)));
        tokens.put("gen negative", by.withClaims(claims -> claims.put("gen", -1)));
        tokens.put("gen text", by.withClaims(claims -> claims.put("gen", "1")));
        tokens.put("gen a fraction", by.withClaims(claims -> claims.put("gen", 1.5)));
        tokens.put("gen with an exponent", by.withClaims(claims -> claims.put("gen", 1e0)));
        tokens.put("gen lowest", by.withClaims(claims -> claims.put("gen", Long.MIN_VALUE)));
        tokens.put(
                "gen beyond long", by.withClaims(claims -> claims.put("gen", new BigInteger("9223372036854775808"))));
        tokens.put("sub empty", by.withClaims(claims -> claims.put("sub", "")));
        long now = clock.instant().getEpochSecond();
        tokens.put("iat ahead", by.withClaims(claims -> claims.put("iat", now + 60)));
        tokens.put("nbf ahead", by.withClaims(claims -> claims.put("nbf", now + 60)));
        String header = TokenForge.text(by.header());
        String claims = TokenForge.text(by.claims());
        tokens.put("sub twice", by.sign(header, claims.replaceFirst("\\{", "{\"sub\":\"root\",")));
        tokens.put("claims an array", by.sign(header, "[" + claims + "]"));
        tokens.put("claims with garbage", by.sign(header, claims + "{}"));
        tokens.put("claims empty", by.sign(header, ""));
        tokens.put("claims in UTF-16", by.sign(header.getBytes(UTF_8), claims.getBytes(StandardCharsets.UTF_16LE)));
        tokens.put(
                "claims not UTF-8",
                by.sign(
                        header.getBytes(UTF_8),
                        claims.replace("gatehouse", "gate\u00ff").getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static void addDamagedForms(Map<String, String> tokens, String good) {
        String[] segments = good.split("\\.", -1);
        tokens.put("garbage", "x");
        tokens.put("dots", "..");
        tokens.put("two segments", segments[0] + "." + segments[1]);
        tokens.put("four segments", good + ".x");
        tokens.put("five segments", good + ".x.y");
        tokens.put("padding", good + "=");
        tokens.put("blank inside", segments[0] + ". " + segments[1] + "." + segments[2]);
        tokens.put("JSON serialization", "{\"payload\":\"" + segments[1] + "\"}");
        tokens.put("trailing byte", good + "A");
        tokens.put("blank at the end of a segment", segments[0] + " ." + segments[1] + "." + segments[2]);
        // 64 bytes of a signature leave unused bits in the last character, and so do 32.
        tokens.put("not canonical", segments[0] + "." + segments[1] + "." + withOtherUnusedBits(segments[2]));
        for (int segment = 0; segment < segments.length; segment++) {
            char[] changed = segments[segment].toCharArray();
            changed[5] = changed[5] == 'A' ? 'B' : 'A';
            String[] damaged = segments.clone();
            damaged[segment] = new String(changed);
            tokens.put("bit in segment " + segment, String.join(".", damaged));
        }
    }

    /** The last of 86 characters carries two bits of the 64 bytes and four that an encoder leaves zero; of 43, four and two. */
    private static String withOtherUnusedBits(String signature) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(signature.charAt(signature.length() - 1));
        return signature.substring(0, signature.length() - 1) + alphabet.charAt(last | 1);
    }

    @Test
    void leewayEndsFiveSecondsAfterExp() {
        long exp = clock.instant().getEpochSecond();
        String token = forge.withClaims(claims -> claims.put("iat", exp - 99).put("exp", exp));
        clock.freezeAt(Instant.ofEpochSecond(exp + 5).minusMillis(1));
        assertThat(api.secret(token).status()).isEqualTo(200);
        clock.freezeAt(Instant.ofEpochSecond(exp + 5));
        Answer expired = api.secret(token);
        assertThat(expired.problem()).isEqualTo("token-expired");
        assertThat(expired.json().path("detail").asText()).isEqualTo("Token expired");
        assertThat(expired.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }

    @Test
    void leewayHoldsForIatAndNbfToo() {
        long now = clock.instant().getEpochSecond();
        clock.freezeAt(Instant.ofEpochSecond(now));
        for (String name : new String[] {"iat", "nbf"}) {
            assertThat(api.secret(forge.withClaims(claims -> claims.put(name, now + 5)))
                            .status())
                    .as(name)
                    .isEqualTo(200);
            assertThat(api.secret(forge.withClaims(claims -> claims.put(name, now + 6)))
                            .problem())
                    .as(name)
                    .isEqualTo("invalid-token");
        }
    }

    @Test
    void eightKibibytesAreRead() {
        int room = CompactToken.MAX_LENGTH
                - forge.withClaims(claims -> claims.put("x", "")).length();
        String longest = forge.withClaims(claims -> claims.put("x", "a".repeat(room * 3 / 4)));
        assertThat(longest.length()).isBetween(CompactToken.MAX_LENGTH - 2, CompactToken.MAX_LENGTH);
        assertThat(api.secret(longest).status()).isEqualTo(200);
        String longer = forge.withClaims(claims -> claims.put("x", "a".repeat(room * 3 / 4 + 3)));
        assertThat(longer.length()).isBetween(CompactToken.MAX_LENGTH + 1, CompactToken.MAX_LENGTH + 4);
        assertThat(api.secret(longer).problem()).isEqualTo("invalid-token");
    }

    @Test
    void theStandardAlphabetIsNotThatOfTokens() {
        String token = genuine;
        for (int n = 0; !token.contains("-"); n++) {
            int number = n;
            token = forge.withClaims(claims -> claims.put("x", number));
        }
        assertThat(api.secret(token).status()).isEqualTo(200);
        assertThat(api.secret(token.replace('-', '+')).problem()).isEqualTo("invalid-token");
    }

    @Test
    void aTokenThatClaimsALongerLifeThanOursHasOurs() {
        long now = clock.instant().getEpochSecond();
        String longLived =
                forge.withClaims(claims -> claims.put("iat", now - 1900).put("exp", now + 9000));
        assertThat(api.secret(longLived).problem()).isEqualTo("token-expired");
        assertThat(api.refresh(longLived).status()).isEqualTo(200);
    }

    @Test
    void aTokenForAnAudienceIsRefusedWhileNoneIsConfigured() {
        for (String audience : List.of("\"others\"", "\"gatehouse\"", "[\"others\"]", "[]", "null", "\"\"", "1")) {
            String token = forge.withClaims(claims -> claims.set("aud", json(audience)));
            assertThat(api.secret(token).problem()).as(audience).isEqualTo("invalid-token");
            assertThat(api.refresh(token).problem()).as(audience).isEqualTo("invalid-token");
        }
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "  ", "        "})
    void blanksAfterTheSchemeAreOneOrMore(String blanks) {
        for (String scheme : List.of("Bearer", "bearer", "BEARER")) {
            assertThat(api.call("POST", "/secret")
                            .header("Authorization", scheme + blanks + genuine)
                            .send()
                            .status())
                    .isEqualTo(200);
            assertThat(api.call("GET", "/verify")
                            .header("Authorization", scheme + blanks + genuine)
                            .send()
                            .status())
                    .isEqualTo(204);
            assertThat(api.call("POST", "/refresh_token")
                            .header("Authorization", scheme + blanks + genuine)
                            .send()
                            .status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer\t%s", "Bearer%s", "Bearer \t%s", "Bearer %s x", "Bearer, %s", "Bearer"})
    void otherFormsOfTheFieldAreRefused(String form) {
        String field = form.replace("%s", genuine);
        assertThat(api.call("POST", "/secret")
                        .header("Authorization", field)
                        .send()
                        .status())
                .isEqualTo(401);
        assertThat(api.call("POST", "/refresh_token")
                        .header("Authorization", field)
                        .send()
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aRefreshMovesTheExpiryAndLeavesTheTimeOfAuthentication() {
        clock.advance(Duration.ofMinutes(10));
        Answer refreshed = api.refresh(genuine);
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(refreshed.header("Cache-Control")).isEqualTo("no-store");
        JsonNode claims = refreshed.claims();
        assertThat(claims.path("iat").asLong())
                .isBetween(
                        forge.claims().path("iat").asLong() + 600,
                        forge.claims().path("iat").asLong() + 620);
        assertThat(claims.path("auth_time")).isEqualTo(forge.claims().path("auth_time"));
        assertThat(claims.path("jti")).isNotEqualTo(forge.claims().path("jti"));
        assertThat(api.secret(refreshed.token()).status()).isEqualTo(200);
    }

    @Test
    void anExpiredTokenIsGoodForARefreshWithinTheWindow() {
        Instant exp = Instant.ofEpochSecond(forge.claims().path("exp").asLong());
        clock.freezeAt(exp.plus(Duration.ofMinutes(1)));
        assertThat(api.secret(genuine).problem()).isEqualTo("token-expired");
        assertThat(api.refresh(genuine).status()).isEqualTo(200);
        clock.freezeAt(exp.plus(Duration.ofHours(24)).minusMillis(1));
        assertThat(api.refresh(genuine).status()).isEqualTo(200);
        clock.freezeAt(exp.plus(Duration.ofHours(24)));
        assertThat(api.refresh(genuine).problem()).isEqualTo("token-expired");
    }

    @Test
    void theSchemeIsCaseInsensitiveForARefreshToo() {
        for (String scheme : new String[] {"bearer ", "BEARER "}) {
            assertThat(api.call("GET", "/refresh_token")
                            .header("Authorization", scheme + genuine)
                            .send()
                            .status())
                    .isEqualTo(200);
        }
        assertThat(api.call("GET", "/refresh_token")
                        .header("Authorization", "Basic " + genuine)
                        .send()
                        .problem())
                .isEqualTo("not-authenticated");
    }

    @Test
    void withoutATokenThereIsNoErrorCode() {
        for (String method : new String[] {"GET", "POST"}) {
            Answer answer = api.call(method, "/refresh_token").send();
            assertThat(answer.problem()).isEqualTo("not-authenticated");
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        }
        assertThat(api.call("POST", "/secret").send().header("WWW-Authenticate"))
                .isEqualTo("Bearer");
    }
}
