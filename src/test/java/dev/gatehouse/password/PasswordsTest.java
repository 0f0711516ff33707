package dev.gatehouse.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final byte[] SALT = "0123456789abcdef".getBytes(UTF_8);
    private static final Password WRONG = Password.parse("not the password");
    private static final Password LONG = Password.parse("x".repeat(200));

    private final PendingCall call = PendingCall.lasting();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final HashingLanes lanes = new HashingLanes(1, Duration.ofMinutes(5), meters);
    private final Passwords passwords = new Passwords(9, lanes);

    @AfterEach
    void stop() {
        lanes.stop();
    }

    private static Optional<String> hashOfCost(int cost) {
        return Optional.of(CryptString.make(
                "the password".getBytes(UTF_8), SALT, cost, (key, salt, one, work) -> Bcrypt.hash(key, salt, one)));
    }

    /** Verifies a wrong password, and returns how many rounds that took. */
    private double roundsOf(Password wrong, Optional<String> storedHash) {
        double before = meters.counter("gatehouse.hashing.rounds").count();
        assertThat(passwords.verify(wrong, storedHash, call)).isNotEqualTo(Verification.MATCHES);
        return meters.counter("gatehouse.hashing.rounds").count() - before;
    }

    @Test
    void whateverIsCheckedTakesTheSameWork() {
        String prehashed = passwords.hash(LONG, call);
        for (Password wrong : new Password[] {WRONG, Password.parse("x"), Password.parse("y".repeat(200))}) {
            assertThat(roundsOf(wrong, Optional.empty())).isEqualTo(1 << 9);
            assertThat(roundsOf(wrong, Optional.of("unreadable"))).isEqualTo(1 << 9);
            assertThat(roundsOf(wrong, hashOfCost(4))).isEqualTo(1 << 9);
            assertThat(roundsOf(wrong, hashOfCost(9))).isEqualTo(1 << 9);
            assertThat(roundsOf(wrong, Optional.of(prehashed))).isEqualTo(1 << 9);
        }
    }

    @Test
    void anImpossiblePasswordTakesTheSameWorkAndMatchesNothing() {
        for (String impossible : new String[] {"control\u0000", "\uD800", "\uFFFF", "\uD800".repeat(200)}) {
            Password wrong = Password.parse(impossible);
            Optional<String> ofItsBytes = Optional.of(
                    CryptString.make(wrong.bytes(), SALT, 4, (key, salt, one, work) -> Bcrypt.hash(key, salt, one)));
            assertThat(passwords.verify(wrong, ofItsBytes, call)).isEqualTo(Verification.DIFFERS);
            assertThat(roundsOf(wrong, ofItsBytes)).isEqualTo(1 << 9);
            assertThat(roundsOf(wrong, Optional.empty())).isEqualTo(1 << 9);
            assertThatThrownBy(() -> passwords.hash(wrong, call)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aDearerHashMakesEveryCheckAsDearUntilItIsGone() {
        passwords.evenOutTo(10);
        assertThat(roundsOf(WRONG, Optional.empty())).isEqualTo(1 << 10);
        assertThat(roundsOf(WRONG, hashOfCost(4))).isEqualTo(1 << 10);
        assertThat(roundsOf(WRONG, hashOfCost(11))).isEqualTo(1 << 11);
        assertThat(roundsOf(WRONG, Optional.empty())).isEqualTo(1 << 11);
        passwords.evenOutTo(8);
        assertThat(roundsOf(WRONG, Optional.empty())).isEqualTo(1 << 9);
    }

    @Test
    void aCheaperHashStillMatchesItsPassword() {
        Password right = Password.parse("the password");
        assertThat(passwords.verify(right, hashOfCost(4), call)).isEqualTo(Verification.MATCHES);
        assertThat(passwords.verify(right, hashOfCost(11), call)).isEqualTo(Verification.MATCHES);
    }

    @Test
    void withoutAReadableHashNothingMatches() {
        assertThat(passwords.verify(WRONG, Optional.empty(), call)).isEqualTo(Verification.DIFFERS);
        assertThat(passwords.verify(WRONG, Optional.of("not a hash"), call)).isEqualTo(Verification.UNREADABLE);
        assertThat(passwords.verify(WRONG, Optional.of(passwords.hash(WRONG, call)), call))
                .isEqualTo(Verification.MATCHES);
    }
}
