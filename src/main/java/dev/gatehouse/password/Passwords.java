package dev.gatehouse.password;

import dev.gatehouse.problem.ClientGoneException;
import dev.gatehouse.problem.OverloadedException;
import io.quarkus.runtime.Startup;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Makes and checks password hashes. Both wait for {@link HashingLanes}, so neither may be called on an event loop or another
 * thread that is scarce, nor while a database connection is held.
 */
@Startup // So that what there is to say about the cost is said at start.
@Singleton
public class Passwords {
    private static final Logger LOG = Logger.getLogger(Passwords.class);

    /** The dearest hash that is read, and that is made. */
    public static final int MAX_COST = CryptString.MAX_COST;

    private static final int WEAK_COST = 10;

    private final SecureRandom random = new SecureRandom();
    private final int cost;
    private final HashingLanes lanes;
    private final String dummy;

    /** What every check takes, whatever is checked: the highest cost known. */
    private volatile int evenCost;

    @Inject
    Passwords(PasswordConfig config, HashingLanes lanes) {
        this(config.cost(), lanes);
    }

    Passwords(int cost, HashingLanes lanes) {
        this.cost = cost;
        this.evenCost = cost;
        this.lanes = lanes;
        this.dummy = CryptString.matchingNothing(random(Bcrypt.HASH_BYTES), random(Bcrypt.SALT_BYTES), cost);
        if (cost < WEAK_COST) {
            LOG.warnf("password_cost=%d reason=\"under %d a stolen hash is cheap to guess\"", cost, WEAK_COST);
        }
    }

    /**
     * The hash of a password under a new salt, in modular crypt format.
     *
     * @throws IllegalArgumentException for a password that no account can have
     * @throws OverloadedException before it began to compute
     * @throws ClientGoneException before it began to compute
     */
    public String hash(Password password, PendingCall call) {
        if (password.refusal().isPresent()) {
            throw new IllegalArgumentException("a hash of it would match nothing");
        }
        byte[] bytes = password.bytes();
        try {
            return CryptString.make(bytes, random(Bcrypt.SALT_BYTES), cost, lanes.forCall(call));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Whether the password is the one of the stored hash. Without a hash, or with one that cannot be read, it is not, and
     * that takes as long to find out: whatever is checked is topped up to the same work (OWASP ASVS 5.0, 6.3.8). The same work
     * is done for a password that no account can have. Such a password never matches, although its bytes may be another's: each
     * half of a surrogate pair is a question mark in UTF-8.
     *
     * @throws OverloadedException before it began to compute
     * @throws ClientGoneException before it began to compute
     */
    public Verification verify(Password password, Optional<String> storedHash, PendingCall call) {
        // What stands in for a missing hash is read each time, too, since that also takes its time.
        Optional<CryptString> readable = CryptString.parse(storedHash.orElse(dummy));
        CryptString checked = readable.or(() -> CryptString.parse(dummy)).orElseThrow();
        if (checked.cost() > evenCost) {
            evenOutTo(checked.cost()); // Stored since the costs were read last.
        }
        byte[] bytes = password.bytes();
        try {
            boolean matches = checked.matches(bytes, evenCost, lanes.forCall(call))
                    && storedHash.isPresent()
                    && password.refusal().isEmpty();
            return readable.isEmpty() ? Verification.UNREADABLE : matches ? Verification.MATCHES : Verification.DIFFERS;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Lets every check from now on take the highest cost that is stored, or the configured one if that is higher, so that an
     * account whose hash is dear is not told by the time.
     *
     * @param highestStoredCost of the hashes that can be read; 0 for none
     */
    public void evenOutTo(int highestStoredCost) {
        int before = evenCost;
        evenCost = Math.max(cost, highestStoredCost);
        if (evenCost > before) {
            LOG.warnf(
                    "password_even_cost=%d configured=%d reason=\"a stored hash is dearer\" effect=\"each login takes that long\"",
                    evenCost, cost);
        } else if (evenCost < before) {
            LOG.infof("password_even_cost=%d configured=%d", evenCost, cost);
        }
    }

    /** Returns how long a call may still wait until its hash begins; not positive if that is over. */
    public Duration patience(PendingCall call) {
        return lanes.patience(call);
    }

    /** Whether a stored hash, which must have matched, has another cost or form than a new one would have. */
    public boolean isOutdated(Password password, String storedHash) {
        byte[] bytes = password.bytes();
        try {
            return !CryptString.parse(storedHash).orElseThrow().isCurrent(bytes, cost);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
