package dev.gatehouse.password;

import io.quarkus.runtime.Startup;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Makes and checks password hashes. Every method keeps a core busy for the time that the cost asks for (about 0.2 s at
 * cost 12), so none may be called on an event loop or while a database connection is held.
 */
@Startup // So that what there is to say about the cost is said at start.
@Singleton
public class Passwords {
    private static final Logger LOG = Logger.getLogger(Passwords.class);

    private static final int WEAK_COST = 10;

    private final SecureRandom random = new SecureRandom();
    private final int cost;
    private final CryptString dummy;

    @Inject
    Passwords(PasswordConfig config) {
        this(config.cost());
    }

    Passwords(int cost) {
        this.cost = cost;
        this.dummy = CryptString.matchingNothing(random(Bcrypt.HASH_BYTES), random(Bcrypt.SALT_BYTES), cost);
        if (cost < WEAK_COST) {
            LOG.warnf("password_cost=%d reason=\"under %d a stolen hash is cheap to guess\"", cost, WEAK_COST);
        }
    }

    /** The hash of a password under a new salt, in modular crypt format. */
    public String hash(Password password) {
        byte[] bytes = password.bytes();
        try {
            return CryptString.make(bytes, random(Bcrypt.SALT_BYTES), cost);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Whether the password is the one of the stored hash. Without a hash, or with one that cannot be read, it is not,
     * and that takes as long to find out: a cheaper hash than today's is topped up to the same work. Only a dearer one
     * takes longer.
     */
    public boolean verify(Password password, Optional<String> storedHash) {
        Optional<CryptString> readable = storedHash.flatMap(CryptString::parse);
        CryptString checked = readable.orElse(dummy);
        byte[] bytes = password.bytes();
        try {
            boolean matches = checked.matches(bytes);
            checked.workUpTo(cost);
            return matches && readable.isPresent();
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Whether a stored hash has one of the forms that can be verified. */
    public boolean canRead(String storedHash) {
        return CryptString.parse(storedHash).isPresent();
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
