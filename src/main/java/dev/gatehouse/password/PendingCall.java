package dev.gatehouse.password;

import dev.gatehouse.http.WaitingClients.WaitingClient;
import java.time.Duration;

/** The call that a password is hashed for: how long it has waited for others, and when nobody waits for its answer any more. */
public interface PendingCall {
    /** Returns the call that a client waits for. */
    static PendingCall of(WaitingClient client) {
        return new TimedCall(client.sinceNanos(), client::afterwards);
    }

    /** Returns a call that begins now and that nobody gives up, such as that of a command. */
    static PendingCall lasting() {
        return new TimedCall(System.nanoTime(), action -> {});
    }

    /** Returns how long the call has waited so far, without the time that {@link #served} noted. */
    Duration waited();

    /** Notes for how long a hash was computed for the call. */
    void served(Duration time);

    /** Runs an action once nobody waits any more, also because the call has been answered; at once where that is so already. */
    void afterwards(Runnable action);
}
