package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which part of a file of 100 bytes a {@code Range} field means (RFC 9110, 14.1.2). */
class ByteRangeTest {
    private static final int LENGTH = 100;

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, bytes 0-0/100",
        "bytes=0-9, bytes 0-9/100",
        "bytes=10-, bytes 10-99/100",
        "bytes=99-, bytes 99-99/100",
        "bytes=0-99, bytes 0-99/100",
        "bytes=0-100, bytes 0-99/100",
        "bytes=5-99999999999999999999999, bytes 5-99/100",
        "bytes=-1, bytes 99-99/100",
        "bytes=-100, bytes 0-99/100",
        "bytes=-101, bytes 0-99/100",
        "bytes=-99999999999999999999999, bytes 0-99/100",
        "bytes=0000000000000000000000007-08, bytes 7-8/100",
        "BYTES=1-2, bytes 1-2/100",
        "bytes= 1-2 , bytes 1-2/100",
        "'bytes=,1-2, ', bytes 1-2/100"
    })
    void aRangeInsideTheFileIsTaken(String field, String contentRange) {
        ByteRange range = Objects.requireNonNull(ByteRange.of(List.of(field), LENGTH));
        assertThat(range).returns(true, ByteRange::isSatisfiable);
        assertThat(range.contentRange()).isEqualTo(contentRange);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-", "bytes=2147483647-"})
    void aRangeBeyondTheFileIsNotSatisfiable(String field) {
        ByteRange range = Objects.requireNonNull(ByteRange.of(List.of(field), LENGTH));
        assertThat(range).returns(false, ByteRange::isSatisfiable);
        assertThat(range.contentRange()).isEqualTo("bytes */100");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=a-b",
                "bytes=1",
                "bytes=2-1",
                "bytes=1--2",
                "bytes=--1",
                "bytes=+1-2",
                "bytes=1 -2",
                "bytes =1-2",
                "bytes=1-2-3",
                "bytes=0-1,5-6",
                "bytes=100-,200-",
                "bytes=\u0661-\u0662",
                "items=0-1",
                "0-1"
            })
    void aMalformedRangeSeveralRangesAndOtherUnitsAreIgnored(String field) {
        assertThat(ByteRange.of(List.of(field), LENGTH)).isNull();
    }

    @Test
    void oneFieldIsRequired() {
        assertThat(ByteRange.of(List.of(), LENGTH)).isNull();
        assertThat(ByteRange.of(List.of("bytes=0-1", "bytes=0-1"), LENGTH)).isNull();
    }

    /** Every text of up to six of these characters. */
    @Test
    void everySatisfiableRangeLiesInTheFile() {
        char[] alphabet = {'0', '1', '9', '-', ',', ' '};
        for (int n = 0; n < Math.pow(alphabet.length, 6); n++) {
            StringBuilder text = new StringBuilder("bytes=");
            for (int rest = n; rest > 0; rest /= alphabet.length) {
                text.append(alphabet[rest % alphabet.length]);
            }
            ByteRange range = ByteRange.of(List.of(text.toString()), LENGTH);
            if (range != null && range.isSatisfiable()) {
                assertThat(range.first()).as(text.toString()).isBetween(0, range.last());
                assertThat(range.last()).as(text.toString()).isLessThan(LENGTH);
            }
        }
    }
}
