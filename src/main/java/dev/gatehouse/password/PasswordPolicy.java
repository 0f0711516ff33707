package dev.gatehouse.password;

import dev.gatehouse.problem.InvalidValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Decides which passwords an account may get. Counts code points, refuses what is guessed first, and knows no composition
 * rules (NIST SP 800-63B-4, 3.1.1.2). Asks nobody outside.
 */
@Singleton
public class PasswordPolicy {
    /** The fewest code points of a new password unless configured otherwise. */
    public static final int DEFAULT_MIN_LENGTH = 8;

    private static final String SERVICE = "gatehouse";

    private final int minLength;

    @Inject
    PasswordPolicy(PasswordConfig config) {
        this(config.minLength());
    }

    PasswordPolicy(int minLength) {
        this.minLength = minLength;
    }

    /**
     * Parses a password that is to become an account's.
     *
     * @param username whose it is to be, as typed or prepared; null when there is none
     * @throws InvalidValue when it is not a password or the policy does not allow it
     */
    public Password parseNew(String typed, @Nullable String username) {
        Password password = Password.parse(typed);
        password.refusal().ifPresent(reason -> {
            throw new InvalidValue(reason);
        });
        if (password.length() < minLength) {
            throw new InvalidValue("must have at least " + minLength + " characters");
        }
        String folded = password.folded();
        if (CommonPasswords.contains(folded)) {
            throw new InvalidValue("is one of the most common passwords, or one followed by digits");
        }
        if (folded.equals(SERVICE)) {
            throw new InvalidValue("must not be the service's name");
        }
        if (username != null && isNameOrReverse(folded, CommonPasswords.folded(username))) {
            throw new InvalidValue("must not be the username or its reverse");
        }
        return password;
    }

    private static boolean isNameOrReverse(String folded, String name) {
        return folded.equals(name)
                || folded.equals(new StringBuilder(name).reverse().toString());
    }
}
