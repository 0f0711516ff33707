package dev.gatehouse.account;

import dev.gatehouse.precis.UsernameCaseMapped;
import dev.gatehouse.problem.InvalidValue;
import org.jspecify.annotations.Nullable;

/**
 * A username prepared with PRECIS UsernameCaseMapped (RFC 8265, 3.3), so that {@code Alice}, {@code ALICE} and the
 * full-width {@code Ａlice} are equal. This form is stored, compared, returned and put into {@code sub}.
 */
public final class Username {
    /** The most code points of an account's name. */
    public static final int MAX_LENGTH = 64;

    /** The most code points that are looked at; no account has a name of 65 or more. */
    public static final int MAX_CANDIDATE_LENGTH = 256;

    private final String text;

    private Username(String text) {
        this.text = text;
    }

    /** The prepared form: 1 to 256 code points, of which an account's name has at most 64. */
    public String text() {
        return text;
    }

    /**
     * Parses a name that an account might have.
     *
     * @throws InvalidValue when it is empty, over 256 code points, or PRECIS forbids it
     */
    public static Username parse(String typed) {
        return parse(typed, MAX_CANDIDATE_LENGTH);
    }

    /**
     * Parses a name that an account is to get.
     *
     * @throws InvalidValue when it is empty, over 64 code points, or PRECIS forbids it
     */
    public static Username parseNew(String typed) {
        return parse(typed, MAX_LENGTH);
    }

    private static Username parse(String typed, int maxLength) {
        if (typed.isEmpty()) {
            throw new InvalidValue("must not be empty");
        }
        return new Username(UsernameCaseMapped.enforce(typed, maxLength));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Username username && username.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
