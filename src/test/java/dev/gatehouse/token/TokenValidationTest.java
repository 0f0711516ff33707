package dev.gatehouse.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.MutableClock;
import dev.gatehouse.Sql;
import dev.gatehouse.key.SigningKeys;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code /secret} and {@code /refresh_token} say to tokens that a client should not have. */
@QuarkusTest
class TokenValidationTest {
    @Inject
    MutableClock clock;

    @Inject
    SigningKeys keys;

    @Inject
    Sql sql;

    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);
    private String genuine = "";
    private TokenForge forge = new TokenForge("", new byte[0]);

    @BeforeEach
    void logIn() {
        api = new Api(RestAssured.port);
        api.signUp(username, "a long enough password");
        genuine = api.login(username, "a long enough password").token();
        forge = new TokenForge(genuine, keys.signingKey().getEncoded());
    }

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    @Test
    void theTokenHasExactlyItsHeaderAndClaims() {
        assertThat(forge.header().properties()).extracting(Map.Entry::getKey).containsOnly("alg", "typ", "kid");
        assertThat(forge.header().path("alg").asText()).isEqualTo("HS256");
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
    void whatTheForgeSignsUnchangedIsAccepted() {
        assertThat(api.secret(forge.withClaims(claims -> {})).status()).isEqualTo(200);
        assertThat(api.secret(forge.withClaims(claims -> claims.put("scope", "x")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void forgedDamagedAndMisplacedTokensAreRefusedAlike() {
        Map<String, String> tokens = new LinkedHashMap<>();
        addWrongAlgorithms(tokens);
        addWrongHeaders(tokens);
        addWrongClaims(tokens);
        addDamagedForms(tokens);
        tokens.forEach((name, token) -> {
            assertRefused(name, api.secret(token));
            assertRefused(name, api.refresh(token));
        });
        assertThat(tokens).hasSizeGreaterThan(80);
    }

    private static void assertRefused(String name, Answer answer) {
        assertThat(answer.status()).as(name).isEqualTo(401);
        assertThat(answer.problem()).as(name).isEqualTo("invalid-token");
        assertThat(answer.json().path("detail").asText()).isEqualTo("Invalid token");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    private void addWrongAlgorithms(Map<String, String> tokens) {
        String[] segments = genuine.split("\\.", -1);
        for (String alg :
                new String[] {"none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "ES256", "hs256", ""}) {
            String signed = forge.withHeader(header -> header.put("alg", alg));
            tokens.put("alg " + alg, signed);
            tokens.put("alg " + alg + " unsigned", signed.substring(0, signed.lastIndexOf('.') + 1));
        }
        tokens.put("another secret", new TokenForge(genuine, "x".repeat(40).getBytes(UTF_8)).withClaims(claims -> {}));
        tokens.put("no secret", segments[0] + "." + segments[1] + "." + TokenForge.encode(new byte[32]));
        tokens.put("no signature", segments[0] + "." + segments[1] + ".");
        tokens.put("half a signature", genuine.substring(0, genuine.length() - 20));
    }

    private void addWrongHeaders(Map<String, String> tokens) {
        for (String kid :
                new String[] {"", "../../dev/null", "' OR 1=1--", "https://localhost/jwks", "a\u0000b", "x".repeat(4000)
                }) {
            tokens.put("kid " + kid, forge.withHeader(header -> header.put("kid", kid)));
        }
        tokens.put("kid a number", forge.withHeader(header -> header.put("kid", 1)));
        tokens.put("kid null", forge.withHeader(header -> header.putNull("kid")));
        for (String name : new String[] {"kid", "alg", "typ"}) {
            tokens.put("without " + name, forge.withHeader(header -> header.remove(name)));
        }
        for (String type : new String[] {"JWT", "jwt", "AT+JWT", "application/at+jwt", "rt+jwt", ""}) {
            tokens.put("typ " + type, forge.withHeader(header -> header.put("typ", type)));
        }
        for (String name : new String[] {"jku", "x5u", "x5t", "cty", "zip"}) {
            tokens.put("header " + name, forge.withHeader(header -> header.put(name, "https://localhost/x")));
        }
        tokens.put(
                "jwk",
                forge.withHeader(
                        header -> header.putObject("jwk").put("kty", "oct").put("k", "AAAA")));
        tokens.put("x5c", forge.withHeader(header -> header.putArray("x5c").add("AAAA")));
        tokens.put("crit", forge.withHeader(header -> header.putArray("crit").add("exp")));
        tokens.put(
                "b64",
                forge.withHeader(
                        header -> header.put("b64", false).putArray("crit").add("b64")));
        String header = TokenForge.text(forge.header());
        String claims = TokenForge.text(forge.claims());
        tokens.put("alg twice", forge.sign(header.replaceFirst("\\{", "{\"alg\":\"none\","), claims));
        tokens.put("kid twice, escaped", forge.sign(header.replaceFirst("\\{", "{\"\\\\u006bid\":\"x\","), claims));
        tokens.put("header an array", forge.sign("[" + header + "]", claims));
        tokens.put("header null", forge.sign("null", claims));
        tokens.put("header with garbage", forge.sign(header + "x", claims));
    }

    private void addWrongClaims(Map<String, String> tokens) {
        for (String name : new String[] {"iss", "sub", "iat", "exp", "jti", "sid", "gen", "auth_time"}) {
            tokens.put("without " + name, forge.withClaims(claims -> claims.remove(name)));
            tokens.put(name + " null", forge.withClaims(claims -> claims.putNull(name)));
            tokens.put(name + " an array", forge.withClaims(claims -> claims.putArray(name)));
            tokens.put(name + " an object", forge.withClaims(claims -> claims.putObject(name)));
            tokens.put(name + " a switch", forge.withClaims(claims -> claims.put(name, true)));
        }
        for (String name : new String[] {"iat", "exp", "auth_time", "nbf"}) {
            tokens.put(name + " text", forge.withClaims(claims -> claims.put(name, "1999999999")));
            tokens.put(name + " a fraction", forge.withClaims(claims -> claims.put(name, 1999999999.5)));
            tokens.put(name + " negative", forge.withClaims(claims -> claims.put(name, -1)));
            tokens.put(
                    name + " beyond long",
                    forge.withClaims(claims -> claims.put(name, new BigDecimal("1e30").toBigInteger())));
            tokens.put(name + " beyond time", forge.withClaims(claims -> claims.put(name, Long.MAX_VALUE)));
            String json = TokenForge.text(forge.withClaimsRemoved(name));
            tokens.put(
                    name + " 1e400",
                    forge.sign(TokenForge.text(forge.header()), json.replaceFirst("\\{", "{\"" + name + "\":1e400,")));
        }
        for (String issuer : new String[] {"", "Gatehouse", "gatehouse/", "gatehouse ", "other"}) {
            tokens.put("iss " + issuer, forge.withClaims(claims -> claims.put("iss", issuer)));
        }
        String sid = forge.claims().path("sid").asText();
        for (String session : new String[] {"", "x", sid.toUpperCase(Locale.ROOT), sid + " ", sid.replace("-", "")}) {
            tokens.put("sid " + session, forge.withClaims(claims -> claims.put("sid", session)));
        }
        tokens.put("gen zero", forge.withClaims(claims -> claims.put("gen", 0)));
        tokens.put("gen negative", forge.withClaims(claims -> claims.put("gen", -1)));
        tokens.put("gen text", forge.withClaims(claims -> claims.put("gen", "1")));
        tokens.put("gen a fraction", forge.withClaims(claims -> claims.put("gen", 1.5)));
        tokens.put("sub empty", forge.withClaims(claims -> claims.put("sub", "")));
        long now = clock.instant().getEpochSecond();
        tokens.put("iat ahead", forge.withClaims(claims -> claims.put("iat", now + 60)));
        tokens.put("nbf ahead", forge.withClaims(claims -> claims.put("nbf", now + 60)));
        String header = TokenForge.text(forge.header());
        String claims = TokenForge.text(forge.claims());
        tokens.put("sub twice", forge.sign(header, claims.replaceFirst("\\{", "{\"sub\":\"root\",")));
        tokens.put("claims an array", forge.sign(header, "[" + claims + "]"));
        tokens.put("claims with garbage", forge.sign(header, claims + "{}"));
        tokens.put("claims empty", forge.sign(header, ""));
        tokens.put("claims in UTF-16", forge.sign(header.getBytes(UTF_8), claims.getBytes(StandardCharsets.UTF_16LE)));
        tokens.put(
                "claims not UTF-8",
                forge.sign(
                        header.getBytes(UTF_8),
                        claims.replace("gatehouse", "gate\u00ff").getBytes(StandardCharsets.ISO_8859_1)));
    }

    private void addDamagedForms(Map<String, String> tokens) {
        String[] segments = genuine.split("\\.", -1);
        tokens.put("garbage", "x");
        tokens.put("dots", "..");
        tokens.put("two segments", segments[0] + "." + segments[1]);
        tokens.put("four segments", genuine + ".x");
        tokens.put("five segments", genuine + ".x.y");
        tokens.put("padding", genuine + "=");
        tokens.put("blank inside", segments[0] + ". " + segments[1] + "." + segments[2]);
        tokens.put("leading blank", " " + genuine);
        tokens.put("JSON serialization", "{\"payload\":\"" + segments[1] + "\"}");
        tokens.put("not canonical", segments[0] + "." + segments[1] + "." + withOtherUnusedBits(segments[2]));
        for (int segment = 0; segment < segments.length; segment++) {
            char[] changed = segments[segment].toCharArray();
            changed[5] = changed[5] == 'A' ? 'B' : 'A';
            String[] damaged = segments.clone();
            damaged[segment] = new String(changed);
            tokens.put("bit in segment " + segment, String.join(".", damaged));
        }
    }

    /** The last of 43 characters carries four bits of the 32 bytes and two that an encoder leaves zero. */
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
    void anAudienceIsIgnoredWhileNoneIsConfigured() {
        assertThat(api.secret(forge.withClaims(claims -> claims.put("aud", "others")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aRefreshMovesTheExpiryAndLeavesTheTimeOfAuthentication() {
        clock.advance(Duration.ofMinutes(10));
        Answer refreshed = api.refresh(genuine);
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(refreshed.header("Cache-Control")).isEqualTo("no-store");
        ObjectNode claims = new TokenForge(refreshed.token(), keys.signingKey().getEncoded()).claims();
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
