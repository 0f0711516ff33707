package dev.gatehouse.password;

import dev.gatehouse.platform.InvalidValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * Decides which passwords an account may get. Counts code points and knows no composition rules (NIST SP 800-63B-4,
 * 3.1.1.2).
 */
@Singleton
public class PasswordPolicy {
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
     * @throws InvalidValue when it is not a password or the policy does not allow it
     */
    public Password parseNew(String typed) {
        Password password = Password.parse(typed);
        if (password.length() < minLength) {
            throw new InvalidValue("must have at least " + minLength + " characters");
        }
        return password;
    }
}
