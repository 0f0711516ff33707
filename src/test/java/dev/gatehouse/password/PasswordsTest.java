package dev.gatehouse.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final byte[] SALT = "0123456789abcdef".getBytes(UTF_8);
    private static final Password WRONG = Password.parse("not the password");

    /** The subkeys and S-boxes that each hash has for itself. */
    private static final long BYTES_OF_A_HASH = (18 + 1024) * (long) Integer.BYTES;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Passwords passwords = new Passwords(9);

    /** Five hashes more, of the costs 4 to 8: counted by what they allocate, because a time proves nothing here. */
    @Test
    void aCheaperHashIsToppedUpToTodaysWork() {
        String cheap = CryptString.make("the password".getBytes(UTF_8), SALT, 4);
        String todays = CryptString.make("the password".getBytes(UTF_8), SALT, 9);
        verifyWrong(Optional.of(cheap)); // Loads the classes, which allocates too.

        assertThat(verifyWrong(Optional.of(cheap))).isGreaterThanOrEqualTo(6 * BYTES_OF_A_HASH);
        assertThat(verifyWrong(Optional.of(todays))).isLessThan(6 * BYTES_OF_A_HASH);
        assertThat(verifyWrong(Optional.empty())).isBetween(BYTES_OF_A_HASH, 6 * BYTES_OF_A_HASH);
    }

    @Test
    void withoutAReadableHashNothingMatches() {
        assertThat(passwords.verify(WRONG, Optional.empty())).isFalse();
        assertThat(passwords.verify(WRONG, Optional.of("not a hash"))).isFalse();
        assertThat(passwords.verify(WRONG, Optional.of(passwords.hash(WRONG)))).isTrue();
    }

    /** Verifies a wrong password, and returns the bytes that this allocated. */
    private long verifyWrong(Optional<String> storedHash) {
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean matches = passwords.verify(WRONG, storedHash);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(matches).isFalse();
        return allocated;
    }
}
