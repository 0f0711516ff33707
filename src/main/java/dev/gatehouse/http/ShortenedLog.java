package dev.gatehouse.http;

import io.quarkus.scheduler.Scheduled;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** Counts log lines by their logger, and reports once a minute how many were left out. */
@Singleton
class ShortenedLog {
    /** How many lines of a logger are written in a minute. */
    static final int LINES_A_MINUTE = 10;

    private static final Logger LOG = Logger.getLogger(ShortenedLog.class);

    /** Static, since the filter that counts is made before there are beans. The frameworks have few loggers. */
    private static final Map<String, AtomicInteger> LINES = new ConcurrentHashMap<>();

    /** Counts a line. Returns false where it is one too many of its logger in this minute. */
    static boolean admits(String logger) {
        return LINES.computeIfAbsent(logger, absent -> new AtomicInteger()).incrementAndGet() <= LINES_A_MINUTE;
    }

    /** Begins another minute. */
    @Scheduled(every = "60s", identity = "shortened-log")
    void report() {
        LINES.forEach((logger, lines) -> {
            int leftOut = lines.getAndSet(0) - LINES_A_MINUTE;
            if (leftOut > 0) {
                LOG.warnf("log=shortened logger=%s left_out=%d", logger, leftOut);
            }
        });
    }
}
