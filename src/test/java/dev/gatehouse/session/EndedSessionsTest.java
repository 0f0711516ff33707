package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class EndedSessionsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(30);
    private static final int LIMIT = 100;

    private final MutableClock clock = new MutableClock();
    private final AtomicLong nanos = new AtomicLong();
    private final ClockDifference difference = new ClockDifference(clock, nanos::get);
    private final EndedSessions ended =
            new EndedSessions(TOKEN_LIFE, LIMIT, clock, difference, new PGSimpleDataSource());
    private final UUID session = UUID.randomUUID();

    @BeforeEach
    void stopTheClock() {
        clock.freezeAt(NOW);
    }

    @Test
    void aSessionIsHeldForThreeMinutesLongerThanATokenLives() {
        ended.add(session);
        clock.freezeAt(NOW.plus(Duration.ofMinutes(33)).minusNanos(1));
        ended.take(List.of());
        assertThat(ended.contains(session)).isTrue();
        clock.freezeAt(NOW.plus(Duration.ofMinutes(33)));
        ended.take(List.of());
        assertThat(ended.contains(session)).isFalse();
    }

    @Test
    void whileItsClockIsSetBackASessionIsHeldLongerAsItsTokensAre() {
        ended.add(session);
        clock.freezeAt(NOW.minus(Duration.ofHours(1)));
        ended.take(List.of());
        assertThat(ended.contains(session)).isTrue();
    }

    @Test
    void aClockThatJumpsAheadDropsNothingThatTheDatabaseStillHas() {
        ended.add(session);
        clock.freezeAt(NOW.plus(Duration.ofHours(1)));
        ended.add(UUID.randomUUID());
        assertThat(ended.contains(session)).isTrue();
        ended.take(List.of(session));
        clock.freezeAt(NOW);
        assertThat(ended.contains(session)).isTrue();
    }

    @Test
    void whileTheClockIsBehindTheListIsNotReliable() {
        difference.measured(difference.begin(), NOW.toEpochMilli());
        assertThat(ended.isReliable()).isTrue();
        clock.freezeAt(NOW.minus(ClockDifference.TOLERATED));
        assertThat(ended.isReliable()).isTrue();
        clock.freezeAt(NOW.minus(ClockDifference.TOLERATED).minusMillis(1));
        assertThat(ended.isReliable()).isFalse();
        clock.freezeAt(NOW.plus(Duration.ofDays(40)));
        assertThat(ended.isReliable()).isTrue();
    }

    @Test
    void anEntryThatWasMadeWhileTheClockWasAheadIsForgottenLikeOthers() {
        clock.freezeAt(NOW.plus(Duration.ofDays(40)));
        ended.add(UUID.randomUUID());
        clock.freezeAt(NOW);
        ended.add(session);
        ended.take(List.of());
        assertThat(ended.size()).isEqualTo(2);
        clock.freezeAt(NOW.plus(Duration.ofMinutes(33)));
        ended.take(List.of());
        assertThat(ended.size()).isZero();
    }

    @Test
    void upToItsLimitTheListIsComplete() {
        fill(LIMIT);
        assertThat(ended.isComplete()).isTrue();
        assertThat(ended.size()).isEqualTo(LIMIT);
        ended.add(session);
        assertThat(ended.isComplete()).isFalse();
        assertThat(ended.size()).isEqualTo(LIMIT);
    }

    @Test
    void aSessionThatIsHeldAlreadyTakesNoRoom() {
        ended.add(session);
        fill(LIMIT - 1);
        ended.add(session);
        assertThat(ended.isComplete()).isTrue();
    }

    @Test
    void itIsCompleteAgainOnceAllHaveRoom() {
        fill(LIMIT + 1);
        ended.take(List.of(session));
        assertThat(ended.isComplete()).isFalse();
        clock.freezeAt(NOW.plus(Duration.ofMinutes(33)));
        ended.take(List.of(session));
        assertThat(ended.isComplete()).isTrue();
        assertThat(ended.contains(session)).isTrue();
        assertThat(ended.size()).isEqualTo(1);
    }

    private void fill(int number) {
        Stream.generate(UUID::randomUUID).limit(number).forEach(ended::add);
    }
}
