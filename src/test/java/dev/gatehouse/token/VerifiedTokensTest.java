package dev.gatehouse.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.MutableClock;
import dev.gatehouse.key.SigningKeys;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** What a replica remembers of the tokens that it has verified. */
@QuarkusTest
class VerifiedTokensTest {
    private static final int LIMIT = 100;

    @Inject
    SigningKeys keys;

    private final MutableClock clock = new MutableClock();

    private TokenReplica replica(int limit) {
        return new TokenReplica(keys, clock, limit);
    }

    @Test
    void aTokenIsVerifiedOnceHoweverOftenItIsShown() {
        TokenReplica replica = replica(LIMIT);
        String token = replica.issue();
        for (int n = 0; n < 10; n++) {
            assertThat(replica.accepts(token)).isTrue();
        }
        assertThat(replica.counted("miss")).isEqualTo(1);
        assertThat(replica.counted("hit")).isEqualTo(9);
    }

    @Test
    void withALimitOfZeroNothingIsRemembered() {
        TokenReplica replica = replica(0);
        String token = replica.issue();
        assertThat(replica.accepts(token)).isTrue();
        assertThat(replica.accepts(token)).isTrue();
        assertThat(replica.counted("hit")).isZero();
        assertThat(replica.verifiedTokens.size()).isZero();
    }

    @Test
    void whatIsRememberedIsTheWholeToken() {
        TokenReplica replica = replica(LIMIT);
        String token = replica.issue();
        assertThat(replica.accepts(token)).isTrue();
        String otherSignature = token.substring(0, token.length() - 10) + "AAAAAAAAAA";
        for (String other : new String[] {otherSignature, token + "=", token + "A", " " + token, token + "."}) {
            assertThat(replica.check(other)).isInstanceOf(AccessTokens.TokenCheckOutcome.Invalid.class);
        }
        assertThat(replica.verifiedTokens.size()).isEqualTo(1);
    }

    @Test
    void whatIsRefusedIsNotRemembered() {
        TokenReplica replica = replica(LIMIT);
        String token = replica.issue();
        clock.advance(Duration.ofHours(1));
        assertThat(replica.check(token)).isInstanceOf(AccessTokens.TokenCheckOutcome.Expired.class);
        assertThat(replica.check("x.y.z")).isInstanceOf(AccessTokens.TokenCheckOutcome.Invalid.class);
        assertThat(replica.verifiedTokens.size()).isZero();
    }

    @Test
    void aRememberedTokenExpiresAtItsTimeAndIsForgotten() {
        TokenReplica replica = replica(LIMIT);
        clock.freezeAt(clock.instant().truncatedTo(ChronoUnit.SECONDS));
        String token = replica.issue();
        assertThat(replica.accepts(token)).isTrue();
        clock.advance(Duration.ofMinutes(30).plusSeconds(5).minusMillis(1));
        assertThat(replica.accepts(token)).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(replica.check(token)).isInstanceOf(AccessTokens.TokenCheckOutcome.Expired.class);
        clock.advance(Duration.ofMinutes(1));
        assertThat(replica.verifiedTokens.size()).isZero();
    }

    @Test
    void aRememberedTokenIsNotGoodBeforeItsTimeWhenTheClockIsSetBack() {
        TokenReplica replica = replica(LIMIT);
        String token = replica.issue();
        assertThat(replica.accepts(token)).isTrue();
        clock.advance(Duration.ofMinutes(-1));
        assertThat(replica.check(token)).isInstanceOf(AccessTokens.TokenCheckOutcome.Invalid.class);
    }

    @Test
    void thereAreNeverManyMoreThanTheLimit() {
        TokenReplica replica = replica(LIMIT);
        for (int n = 0; n < 3 * LIMIT; n++) {
            assertThat(replica.accepts(replica.issue())).isTrue();
        }
        assertThat(replica.verifiedTokens.size()).isBetween(1L, (long) LIMIT);
    }
}
