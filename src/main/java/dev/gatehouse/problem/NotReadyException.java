package dev.gatehouse.problem;

/** Something that a call needs has not been read or made yet; nothing has been done for it. */
public final class NotReadyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotReadyException() {
        super("not ready");
    }
}
