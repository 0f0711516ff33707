package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClockDifferenceTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final Logger LOG = Logger.getLogger(ClockDifference.class.getName());

    private final MutableClock clock = new MutableClock();
    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - 1_000_000_000); // The monotonic clock may overflow.
    private final ClockDifference difference = new ClockDifference(clock, nanos::get);
    private final List<String> lines = new ArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line.getLevel() + " " + line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void stopTheClocks() {
        clock.freezeAt(NOW);
        LOG.addHandler(listener);
    }

    @AfterEach
    void stopListening() {
        LOG.removeHandler(listener);
    }

    @Test
    void beforeTheFirstMeasurementTheClocksCountAsEqual() {
        clock.advance(Duration.ofDays(-400));
        assertThat(difference.isBehind()).isFalse();
        assertThat(difference.isAhead()).isFalse();
        assertThat(difference.millis()).isZero();
        assertThat(difference.ahead()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {-86_400_000, -7_200_000, -600_000, -90_000, -60_001})
    void aClockThatWasBehindAtTheStartIsBehind(long millis) {
        measure(NOW.minusMillis(millis));
        assertThat(difference.isBehind()).isTrue();
        assertThat(difference.isAhead()).isFalse();
        assertThat(difference.millis()).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(longs = {3_456_000_000L, 3_600_000, 60_001})
    void aClockThatIsAheadIsAhead(long millis) {
        measure(NOW.minusMillis(millis));
        assertThat(difference.isBehind()).isFalse();
        assertThat(difference.isAhead()).isTrue();
        assertThat(difference.ahead()).hasMillis(millis);
    }

    @ParameterizedTest
    @ValueSource(longs = {-60_000, -1, 0, 1, 60_000})
    void upToAMinuteTheClocksCountAsEqual(long millis) {
        measure(NOW.minusMillis(millis));
        assertThat(difference.isBehind()).isFalse();
        assertThat(difference.isAhead()).isFalse();
    }

    @Test
    void aStepOfTheWallClockCountsBeforeTheNextMeasurement() {
        measure(NOW);
        clock.advance(Duration.ofMinutes(-10));
        assertThat(difference.isBehind()).isTrue();
        clock.advance(Duration.ofMinutes(20));
        assertThat(difference.isAhead()).isTrue();
        clock.advance(Duration.ofMinutes(-10));
        assertThat(difference.isAhead()).isFalse();
        assertThat(difference.isBehind()).isFalse();
    }

    @Test
    void timeThatPassesOnBothClocksChangesNothing() {
        measure(NOW.plus(Duration.ofMinutes(2)));
        pass(Duration.ofDays(3));
        assertThat(difference.millis()).isEqualTo(-120_000);
        clock.advance(Duration.ofMinutes(2));
        assertThat(difference.isBehind()).isFalse();
    }

    @Test
    void theAnswerCountsForTheMiddleOfTheRoundTrip() {
        long begun = difference.begin();
        pass(Duration.ofSeconds(4));
        difference.measured(begun, NOW.plusSeconds(2).toEpochMilli());
        assertThat(difference.ahead()).isZero();
        assertThat(difference.millis()).isZero();
    }

    @Test
    void aClockThatIsSetDuringTheRoundTripIsNoticed() {
        long begun = difference.begin();
        clock.advance(Duration.ofMinutes(-5));
        difference.measured(begun, NOW.toEpochMilli());
        assertThat(difference.millis()).isEqualTo(-300_000);
    }

    @Test
    void aDifferenceIsLoggedOnceAMinuteAndItsEndOnce() {
        measure(NOW);
        difference.report();
        assertThat(lines).isEmpty();
        clock.advance(Duration.ofSeconds(-90));
        for (int second = 0; second < 119; second++) {
            difference.report();
            pass(Duration.ofSeconds(1));
        }
        assertThat(lines)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("WARN").contains("clock=behind"));
        clock.advance(Duration.ofSeconds(90));
        difference.report();
        difference.report();
        assertThat(lines).hasSize(3);
        assertThat(lines.getLast()).startsWith("INFO").contains("clock=right");
        clock.advance(Duration.ofHours(1));
        difference.report();
        assertThat(lines).hasSize(3);
        pass(Duration.ofMinutes(1));
        difference.report();
        assertThat(lines.getLast()).contains("clock=ahead");
    }

    private void measure(Instant database) {
        difference.measured(difference.begin(), database.toEpochMilli());
    }

    private void pass(Duration time) {
        clock.advance(time);
        nanos.addAndGet(time.toNanos());
    }
}
