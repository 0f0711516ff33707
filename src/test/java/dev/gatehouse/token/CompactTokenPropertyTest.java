package dev.gatehouse.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.JWSObject;
import dev.gatehouse.SeededProperty;
import dev.gatehouse.Texts;
import java.text.ParseException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** {@link CompactToken} against the parser of the Nimbus library. */
class CompactTokenPropertyTest {
    /** As {@code StrictJson} makes it. */
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String HEADER = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}";

    @SeededProperty
    void anyTextIsATokenOrNone(@ForAll("texts") String text) throws ParseException {
        assertNimbusReadsTheSame(text);
    }

    @SeededProperty
    void aTokenIsReadAsNimbusReadsIt(@ForAll("tokens") String token) throws ParseException {
        boolean read = assertNimbusReadsTheSame(token);
        Statistics.label("read")
                .collect(read)
                .coverage(coverage -> coverage.check(true).percentage(share -> share > 5));
    }

    @SeededProperty
    void aWellFormedTokenIsRead(@ForAll String kid, @ForAll String claim, @ForAll byte[] signature)
            throws ParseException {
        String header = MAPPER.createObjectNode()
                .put("alg", "ES256")
                .put("typ", "at+jwt")
                .put("kid", kid)
                .toString();
        String claims = MAPPER.createObjectNode().put("sub", claim).toString();
        String token =
                segment(header.getBytes(UTF_8)) + "." + segment(claims.getBytes(UTF_8)) + "." + segment(signature);
        Optional<CompactToken> read = CompactToken.parse(token, MAPPER);
        assertThat(read.map(form -> form.claims().toString())).contains(claims);
        assertNimbusReadsTheSame(token);
    }

    /**
     * Asserts in one direction: what {@link CompactToken} reads, Nimbus reads with the same content, and no other text is the same
     * token. Asserts nothing about a refused text, because Nimbus also reads tokens that {@link CompactToken} has to refuse, such as
     * one with other header members. {@link TokenValidationTest} lists the refusals.
     *
     * @return true if the token was read
     */
    private static boolean assertNimbusReadsTheSame(String token) throws ParseException {
        Optional<CompactToken> read = CompactToken.parse(token, MAPPER);
        if (read.isPresent()
                && !token.endsWith(".")) { // Nimbus already refuses an empty signature here, AccessTokens later.
            JWSObject other = JWSObject.parse(token);
            assertThat(other.getHeader().getKeyID()).isEqualTo(read.get().kid());
            assertThat(other.getHeader().getAlgorithm().getName())
                    .isEqualTo(read.get().algorithm());
            assertThat(other.getPayload().toJSONObject().keySet())
                    .containsExactlyInAnyOrderElementsOf(read.get().claims().properties().stream()
                            .map(Map.Entry::getKey)
                            .toList());
            for (String part : token.split("\\.", -1)) {
                assertThat(segment(Base64.getUrlDecoder().decode(part))).isEqualTo(part);
            }
        }
        return read.isPresent();
    }

    private static String segment(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Texts.any(60), Texts.ofPieces(8, ".", "e30", "eyJ", "AQ", "AR", "A", "=", " ", "-_", "+/", "{}"));
    }

    @Provide
    Arbitrary<String> tokens() {
        Arbitrary<String> header = Arbitraries.oneOf(
                Arbitraries.just(HEADER),
                json(
                        "\"alg\":\"ES256\"",
                        "\"alg\":\"none\"",
                        "\"alg\":1",
                        "\"typ\":\"at+jwt\"",
                        "\"typ\":\"JWT\"",
                        "\"kid\":\"k1\"",
                        "\"kid\":null",
                        "\"\\u006bid\":\"k2\"",
                        "\"crit\":[]",
                        "\"jwk\":{}"));
        String[] members = {
            "\"sub\":\"a\"",
            "\"sub\":\"b\"",
            "\"exp\":1",
            "\"exp\":1e300",
            "\"exp\":-0",
            "\"aud\":[\"a\"]",
            "\"aud\":{}",
            "\"x\":\"\\ud800\"",
            "\"y\":[[[]]]"
        };
        Arbitrary<String> claims = Arbitraries.oneOf(object(members), json(members));
        Arbitrary<String> flaw = Arbitraries.frequency(
                Tuple.of(6, ""), Tuple.of(1, "="), Tuple.of(1, "A"), Tuple.of(1, "."), Tuple.of(1, " "));
        return Combinators.combine(header, claims, Arbitraries.of("", "AQ", "AR", "AAAA", "é"), flaw)
                .as((head, body, signature, end) ->
                        segment(head.getBytes(UTF_8)) + "." + segment(body.getBytes(UTF_8)) + "." + signature + end);
    }

    /** A JSON object with each member at most once, unless two of the members have the same name. */
    private static Arbitrary<String> object(String... members) {
        return Arbitraries.of(members)
                .list()
                .uniqueElements()
                .ofMaxSize(4)
                .map(list -> "{" + String.join(",", list) + "}");
    }

    private static Arbitrary<String> json(String... members) {
        Arbitrary<String> inside = Arbitraries.of(members).list().ofMaxSize(4).map(list -> String.join(",", list));
        return Combinators.combine(Arbitraries.of("{", "[", "{ "), inside, Arbitraries.of("}", "} ", "", "}x", "}{}"))
                .as((begin, text, end) -> begin + text + end);
    }
}
