package dev.gatehouse.problem;

/**
 * Thrown by a {@code parse} method for text that is not a value of its type. The reason is shown to the caller of the
 * service. It says what is wrong without quoting the text, which may be a password. Of a username it may name one character.
 */
public final class InvalidValue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    public InvalidValue(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
