package dev.gatehouse.client;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A client that waits for its answer: since when it does, and when it goes, so that nobody works for it any more. */
public final class Presence {
    private static final String KEY = Presence.class.getName();

    private final long sinceNanos;
    private final AtomicLong servedNanos = new AtomicLong();
    private final List<Runnable> actions = new ArrayList<>();
    private boolean gone;

    /** @param sinceNanos as of {@link System#nanoTime} */
    Presence(long sinceNanos) {
        this.sinceNanos = sinceNanos;
    }

    /** Watches a call whose request is whole; must be called on its event loop, before it is handed to another thread. */
    public static void watch(RoutingContext context) {
        Presence presence = lasting();
        context.put(KEY, presence);
        context.addEndHandler(end -> presence.end());
    }

    /** One that begins now and never ends. */
    public static Presence lasting() {
        return new Presence(System.nanoTime());
    }

    /** That of a call which is being watched; otherwise one that never ends. */
    static Presence of(RoutingContext context) {
        Presence presence = context.get(KEY);
        return presence == null ? lasting() : presence;
    }

    /** How long it has waited so far, but for the time in which it was served. */
    public Duration waited() {
        return Duration.ofNanos(System.nanoTime() - sinceNanos - servedNanos.get());
    }

    /** Notes that for so long what it waits for was being done. */
    public void served(Duration time) {
        servedNanos.addAndGet(time.toNanos());
    }

    /** Runs an action once the client has gone, at once if it has; also when the call has been answered. */
    public void afterwards(Runnable action) {
        synchronized (actions) {
            if (!gone) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }

    void end() {
        List<Runnable> due;
        synchronized (actions) {
            gone = true;
            due = List.copyOf(actions);
            actions.clear();
        }
        due.forEach(Runnable::run);
    }
}
