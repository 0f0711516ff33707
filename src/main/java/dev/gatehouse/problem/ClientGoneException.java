package dev.gatehouse.problem;

/** The client has gone before anything was done for it. Nobody reads the answer. */
public final class ClientGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ClientGoneException() {
        super("client gone", null, false, false);
    }
}
