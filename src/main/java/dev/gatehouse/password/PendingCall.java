package dev.gatehouse.password;

import dev.gatehouse.http.Presences.Presence;
import java.time.Duration;

/** The call that a password is hashed for: how long it has waited for others, and when nobody waits for its answer any more. */
public interface PendingCall {
    /** That of a client's call. */
    static PendingCall of(Presence client) {
        return new TimedCall(client.sinceNanos(), client::afterwards);
    }

    /** One that begins now and is not given up, such as a command's. */
    static PendingCall lasting() {
        return new TimedCall(System.nanoTime(), action -> {});
    }

    /** How long it has waited so far. The time of {@link #served} is no waiting. */
    Duration waited();

    /** Notes for how long a hash was computed for the call. */
    void served(Duration time);

    /** Runs an action once nobody waits any more, also because the call has been answered; at once where that is so already. */
    void afterwards(Runnable action);
}
