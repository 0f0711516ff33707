package dev.gatehouse.problem;

/**
 * The cause of a failed authentication whose token is ours and whole but past its time, so that the answer can say
 * {@link CommonProblem#TOKEN_EXPIRED}. Any other cause is {@link CommonProblem#INVALID_TOKEN}.
 */
public final class ExpiredTokenException extends Exception {
    private static final long serialVersionUID = 1L;

    public ExpiredTokenException() {
        super("token expired", null, false, false);
    }
}
