package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions on an entity tag (RFC 9110, 13.1). A bar separates the fields of a request. */
class EntityTagsTest {
    private static final String ETAG = "\"ab-c_1\"";

    private static List<String> fields(String text) {
        return List.of(text.split("\\|", -1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"ab-c_1\"",
                " \"ab-c_1\"\t",
                "\"x\",\"ab-c_1\"",
                "\"x\" , \"ab-c_1\" , W/\"y\"",
                ", ,\"ab-c_1\",",
                "\"x\"|\"ab-c_1\"",
                "\"ab-c_1\"|\"x\"",
                "|\"ab-c_1\"",
                "\"a,b\", \"ab-c_1\"",
                "*",
                " * "
            })
    void aTagOfTheListMatches(String text) {
        assertThat(EntityTags.matchWeakly(ETAG, fields(text))).isTrue();
        assertThat(EntityTags.matchStrongly(ETAG, fields(text))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"ab-c_1\"", "\"x\", W/\"ab-c_1\"", "\"x\"|W/\"ab-c_1\""})
    void aWeakTagMatchesByWeakComparisonOnly(String text) {
        assertThat(EntityTags.matchWeakly(ETAG, fields(text))).isTrue();
        assertThat(EntityTags.matchStrongly(ETAG, fields(text))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "|",
                ",",
                "\"x\"",
                "\"AB-C_1\"",
                "ab-c_1",
                "\"ab-c_1",
                "w/\"ab-c_1\"",
                "W/ \"ab-c_1\"",
                "W/W/\"ab-c_1\"",
                "\"ab-c_1\"\"x\"",
                "\"ab-c_1\" \"x\"",
                "\"*\"",
                "*, \"x\"",
                "\"x\"|*",
                "**"
            })
    void anotherTagAndAMalformedListDoNotMatch(String text) {
        assertThat(EntityTags.matchWeakly(ETAG, fields(text))).isFalse();
        assertThat(EntityTags.matchStrongly(ETAG, fields(text))).isFalse();
    }

    @Test
    void noFieldMatchesNothing() {
        assertThat(EntityTags.matchWeakly(ETAG, List.of())).isFalse();
        assertThat(EntityTags.matchStrongly(ETAG, List.of())).isFalse();
    }
}
