package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many lines of the log clients can provoke. */
class RequestLogFilterTest {
    private static final String PARSER = "io.quarkus.vertx.http.runtime.ForwardedParser";
    private static final String CONTEXT = "io.vertx.core.impl.ContextImpl";

    private final RequestLogFilter filter = new RequestLogFilter();
    private final ShortenedLog shortened = new ShortenedLog();
    private final List<String> reports = new ArrayList<>();
    private final Handler reader = new Handler() {
        @Override
        public void publish(LogRecord line) {
            reports.add(String.format(Locale.ROOT, line.getMessage(), line.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void begin() {
        shortened.report();
        Logger.getLogger(ShortenedLog.class.getName()).addHandler(reader);
    }

    @AfterEach
    void end() {
        Logger.getLogger(ShortenedLog.class.getName()).removeHandler(reader);
    }

    private long written(Level level, String logger, int lines) {
        return IntStream.range(0, lines)
                .filter(n -> {
                    LogRecord line = new LogRecord(level, "what a client sent");
                    line.setLoggerName(logger);
                    return filter.isLoggable(line);
                })
                .count();
    }

    @Test
    void aFrameworkWritesTenLinesAMinuteAndTheRestIsCounted() {
        assertThat(written(Level.SEVERE, PARSER, 2000)).isEqualTo(10);
        assertThat(written(Level.WARNING, CONTEXT, 11)).isEqualTo(10);
        shortened.report();
        assertThat(reports)
                .containsExactlyInAnyOrder(
                        "log=shortened logger=" + PARSER + " left_out=1990",
                        "log=shortened logger=" + CONTEXT + " left_out=1");
        assertThat(written(Level.SEVERE, PARSER, 10)).isEqualTo(10);
    }

    @Test
    void nothingIsReportedWhereNothingWasLeftOut() {
        assertThat(written(Level.SEVERE, PARSER, 10)).isEqualTo(10);
        shortened.report();
        assertThat(reports).isEmpty();
    }

    @Test
    void ownLinesAndWhatIsNoWarningAreNeverLeftOut() {
        assertThat(written(Level.SEVERE, "dev.gatehouse.problem.Incidents", 100))
                .isEqualTo(100);
        assertThat(written(Level.INFO, PARSER, 100)).isEqualTo(100);
    }
}
