package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.SeededProperty;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;

/** Every text is a key or none, and a key is the same in each form that RFC 8941 allows. */
class IdempotencyKeyPropertyTest {
    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.strings().withCharRange('!', '~').ofMinLength(16).ofMaxLength(255);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withCharRange(' ', '\u0100')
                .withChars('"', '\\')
                .ofMinLength(0)
                .ofMaxLength(600);
    }

    @SeededProperty
    void aKeyIsTheSameBareAndAsAString(@ForAll("keys") String key) {
        String string = '"' + key.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        assertThat(IdempotencyKey.parse(string))
                .map(IdempotencyKey::bytes)
                .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(key.getBytes(StandardCharsets.US_ASCII)));
        if (!key.startsWith("\"")) {
            assertThat(IdempotencyKey.parse(key)).isEqualTo(IdempotencyKey.parse(string));
        }
    }

    @SeededProperty
    void whatIsAcceptedHas16To255VisibleCharacters(@ForAll("texts") String text) {
        IdempotencyKey.parse(text).ifPresent(key -> {
            assertThat(key.bytes()).hasSizeBetween(16, 255);
            assertThat(new String(key.bytes(), StandardCharsets.US_ASCII)).matches("[!-~]+");
            assertThat(key).hasToString("[redacted]");
        });
    }
}
