package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.SeededProperty;
import dev.gatehouse.Texts;
import io.vertx.core.buffer.Buffer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** {@link MediaTypes} against the media types of Spring. */
class MediaTypesPropertyTest {
    private static final Buffer BODY = Buffer.buffer("{}");
    private static final List<String> JSON = List.of("application/json");

    @SeededProperty
    void noFieldMakesItThrow(@ForAll("fields") List<String> fields, @ForAll byte[] body) {
        Buffer buffer = Buffer.buffer(body.length == 0 ? new byte[1] : body);
        MediaTypes.isJson(fields, buffer);
        MediaTypes.isOneOf(List.of("text/plain"), fields, buffer);
        MediaTypes.accepts(JSON, fields);
        MediaTypes.acceptsGzip(fields);
    }

    /** RFC 9110, 5.3. */
    @SeededProperty
    void severalFieldsAreReadAsOneList(@ForAll("fields") List<String> fields) {
        List<String> joined = List.of(String.join(", ", fields));
        assertThat(MediaTypes.accepts(JSON, fields)).isEqualTo(MediaTypes.accepts(JSON, joined));
        assertThat(MediaTypes.acceptsGzip(fields)).isEqualTo(MediaTypes.acceptsGzip(joined));
    }

    @SeededProperty
    void aBodyIsJsonWhereSpringReadsJsonInUtf8(@ForAll("contentTypes") String contentType) {
        boolean expected;
        try {
            MediaType type = MediaType.parseMediaType(contentType);
            expected = type.getType().equals("application")
                    && type.getSubtype().equals("json")
                    && (type.getParameter("charset") == null
                            || type.getParameter("charset").replace("\"", "").equalsIgnoreCase("utf-8"));
        } catch (InvalidMediaTypeException e) {
            expected = false;
        }
        assertThat(MediaTypes.isJson(List.of(contentType), BODY)).isEqualTo(expected);
    }

    @SeededProperty
    void theMostSpecificRangeDecides(@ForAll("ranges") List<String> ranges) {
        List<MediaType> parsed = MediaType.parseMediaTypes(ranges);
        MediaType json = MediaType.APPLICATION_JSON;
        boolean expected = parsed.stream()
                        .filter(range -> range.includes(json))
                        .max(Comparator.comparingInt(MediaTypesPropertyTest::specificity))
                        .map(range -> range.getQualityValue() > 0)
                        .orElse(false)
                || (parsed.stream()
                                .anyMatch(range -> range.getQualityValue() > 0
                                        && range.getSubtype().endsWith("+json"))
                        && parsed.stream().noneMatch(range -> specificity(range) == 2 && range.includes(json)));
        String field = String.join(", ", ranges);
        assertThat(MediaTypes.accepts(JSON, List.of(field))).as(field).isEqualTo(ranges.isEmpty() || expected);
        assertThat(MediaTypes.accepts(JSON, ranges)).as(field).isEqualTo(ranges.isEmpty() || expected);
    }

    private static int specificity(MediaType range) {
        return range.isWildcardType() ? 0 : range.isWildcardSubtype() ? 1 : 2;
    }

    @Provide
    Arbitrary<List<String>> fields() {
        return Arbitraries.oneOf(
                        Texts.any(40),
                        Texts.ofPieces(
                                10,
                                "application",
                                "/",
                                "json",
                                "*",
                                ";",
                                "q=",
                                "0",
                                "1",
                                ".",
                                ",",
                                " ",
                                "\t",
                                "\"",
                                "\\",
                                "=",
                                "charset",
                                "gzip",
                                "utf-8",
                                "+"))
                .list()
                .ofMaxSize(3);
    }

    @Provide
    Arbitrary<String> contentTypes() {
        return Combinators.combine(
                        Arbitraries.of(
                                "application/json", "Application/JSON", "application/jsonp", "text/json", "json"),
                        Arbitraries.of("", ";", " ; ", ";\t"),
                        Arbitraries.of(
                                "",
                                "charset=utf-8",
                                "CHARSET=UTF-8",
                                "charset=\"utf-8\"",
                                "charset=latin1",
                                "version=1"))
                .as((type, between, parameter) ->
                        parameter.isEmpty() ? type : type + (between.isEmpty() ? ";" : between) + parameter);
    }

    /** Each range at most once: of two that are the same, either may decide. */
    @Provide
    Arbitrary<List<String>> ranges() {
        Arbitrary<String> quality = Arbitraries.of("", ";q=0", ";q=0.5", ";q=1", " ; q=0.001", ";Q=0.0");
        return Arbitraries.of(
                        "application/json",
                        "application/*",
                        "*/*",
                        "text/html",
                        "text/*",
                        "application/problem+json",
                        "application/xml")
                .list()
                .uniqueElements()
                .ofMaxSize(5)
                .flatMap(types -> quality.list()
                        .ofSize(types.size())
                        .map(qualities -> IntStream.range(0, types.size())
                                .mapToObj(n -> types.get(n) + qualities.get(n))
                                .toList()));
    }
}
