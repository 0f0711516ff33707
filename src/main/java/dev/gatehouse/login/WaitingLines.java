package dev.gatehouse.login;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Where attempts wait that find no place, in one line for each name and address. The first of a line alone tries again: when an attempt
 * of the line has ended on this replica, and now and then, since others end on other replicas. So a crowd costs the database no more than
 * one caller does.
 */
@Singleton
class WaitingLines {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    private final ConcurrentMap<String, Line> lines = new ConcurrentHashMap<>();

    /** Those who wait. */
    private static final class Line {
        /** Has a permit while nobody is first; gives it in the order of coming. */
        private final Semaphore first = new Semaphore(1, true);

        /** Has a permit once a place may be free. */
        private final Semaphore news = new Semaphore(0);

        /** Read and written while the map holds the line's key. */
        private int members;
    }

    /** Goes to the end of a line. */
    Place join(String name) {
        Line line = lines.compute(name, (key, existing) -> {
            Line joined = existing == null ? new Line() : existing;
            joined.members++;
            return joined;
        });
        return new Place(name, line);
    }

    /** Says that an attempt of a line has ended. */
    void placeFree(String name) {
        Line line = lines.get(name);
        if (line != null) {
            line.news.release();
        }
    }

    /** Returns how many lines there are. */
    int count() {
        return lines.size();
    }

    /** A caller's place in a line, until it is closed. For use by one thread. */
    final class Place implements AutoCloseable {
        private final String name;
        private final Line line;
        private boolean isFirst;
        private long pauseNanos = FIRST_PAUSE_NANOS;

        private Place(String name, Line line) {
            this.name = name;
            this.line = line;
        }

        /**
         * Waits until it is time to try again: at first until this place is the first of the line, and then for news or a pause.
         *
         * @param patience how long the caller may wait
         * @return false if the caller may wait no longer
         */
        boolean awaitTurn(Duration patience) {
            try {
                long nanos = patience.toNanos();
                if (!isFirst) {
                    isFirst = line.first.tryAcquire(nanos, TimeUnit.NANOSECONDS);
                    return isFirst;
                }
                if (line.news.tryAcquire(Math.min(nanos, pauseNanos), TimeUnit.NANOSECONDS)) {
                    line.news.drainPermits();
                }
                pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
                return nanos > 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            if (isFirst) {
                line.first.release();
            }
            lines.computeIfPresent(name, (key, existing) -> {
                existing.members--;
                return existing.members == 0 ? null : existing;
            });
        }
    }
}
