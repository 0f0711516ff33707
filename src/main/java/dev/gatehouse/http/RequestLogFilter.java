package dev.gatehouse.http;

import io.quarkus.logging.LoggingFilter;
import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Bounds how many warnings and errors of the HTTP frameworks reach the console: {@value ShortenedLog#LINES_A_MINUTE} a minute for each
 * logger. What these frameworks log of a request is often what its client wanted them to log. {@link ShortenedLog} reports how many lines
 * were left out.
 */
@LoggingFilter(name = "requests")
public final class RequestLogFilter implements Filter {
    private static final List<String> FRAMEWORKS =
            List.of("io.netty.", "io.vertx.", "io.quarkus.vertx.", "io.quarkus.resteasy.", "org.jboss.resteasy.");

    @Override
    public boolean isLoggable(LogRecord line) {
        String logger = line.getLoggerName();
        return logger == null
                || line.getLevel().intValue() < Level.WARNING.intValue()
                || FRAMEWORKS.stream().noneMatch(logger::startsWith)
                || ShortenedLog.admits(logger);
    }
}
