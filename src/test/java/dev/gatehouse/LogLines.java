package dev.gatehouse;

import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The lines that a class logs from a level on, until this is closed. */
public final class LogLines implements AutoCloseable {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger logger;
    private final Handler collector;

    private LogLines(Logger logger, Level level) {
        this.logger = logger;
        this.collector = new Collector(lines);
        collector.setLevel(level);
        logger.addHandler(collector);
    }

    /** Begins to collect the warnings and errors of a class. */
    public static LogLines warningsOf(Class<?> type) {
        return new LogLines(Logger.getLogger(type.getName()), Level.WARNING);
    }

    private static final class Collector extends Handler {
        private final Queue<String> lines;

        Collector(Queue<String> lines) {
            this.lines = lines;
        }

        @Override
        public void publish(LogRecord line) {
            if (isLoggable(line)) {
                Object[] parameters = line.getParameters();
                lines.add(
                        parameters == null || parameters.length == 0
                                ? line.getMessage()
                                : String.format(Locale.ROOT, line.getMessage(), parameters));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** Returns the lines so far. */
    public List<String> all() {
        return List.copyOf(lines);
    }

    /** Forgets the lines so far. */
    public void clear() {
        lines.clear();
    }

    @Override
    public void close() {
        logger.removeHandler(collector);
    }
}
