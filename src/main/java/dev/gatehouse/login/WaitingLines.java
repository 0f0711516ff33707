package dev.gatehouse.login;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Where attempts wait that find no place, in one line for each row of the throttle that is full. The first of a line alone tries again:
 * when an attempt of the row has ended on this replica, and now and then, since others end on other replicas. So a crowd costs the
 * database no more than one caller does.
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

    /** Goes to the end of the line of a row. */
    Turn join(String place) {
        Line line = lines.compute(place, (key, existing) -> {
            Line joined = existing == null ? new Line() : existing;
            joined.members++;
            return joined;
        });
        return new Turn(place, line);
    }

    /** Says that an attempt has ended which was counted in these rows. */
    void placeFree(List<String> places) {
        for (String place : places) {
            Line line = lines.get(place);
            if (line != null) {
                line.news.release();
            }
        }
    }

    /** Returns how many lines there are. */
    int count() {
        return lines.size();
    }

    /** A caller's turn in a line, until it is closed. For use by one thread, but for {@link #giveUp}. */
    final class Turn implements AutoCloseable {
        private final String place;
        private final Line line;
        private boolean isFirst;
        private long pauseNanos = FIRST_PAUSE_NANOS;
        private volatile boolean givenUp;

        private Turn(String place, Line line) {
            this.place = place;
            this.line = line;
        }

        /** Says that nobody waits for the caller any more. */
        void giveUp() {
            givenUp = true;
            line.news.release();
        }

        /**
         * Waits until it is time to try again: at first until the caller is the first of the line, and then for news or a pause.
         *
         * @param patience how long the caller may wait
         * @return false if the caller may wait no longer
         */
        boolean await(Duration patience) {
            try {
                long nanos = patience.toNanos();
                if (!isFirst) {
                    isFirst = line.first.tryAcquire(nanos, TimeUnit.NANOSECONDS);
                    return isFirst && !givenUp;
                }
                if (line.news.tryAcquire(Math.min(nanos, pauseNanos), TimeUnit.NANOSECONDS)) {
                    line.news.drainPermits();
                }
                pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
                return nanos > 0 && !givenUp;
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
            lines.computeIfPresent(place, (key, existing) -> {
                existing.members--;
                return existing.members == 0 ? null : existing;
            });
        }
    }
}
