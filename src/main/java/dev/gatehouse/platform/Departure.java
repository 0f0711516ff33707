package dev.gatehouse.platform;

import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/** Tells when a client has gone, so that nobody works for it any more. */
public final class Departure {
    private static final String KEY = Departure.class.getName();

    private final List<Runnable> actions = new ArrayList<>();
    private boolean happened;

    /** Watches a call; must be called on its event loop, before it is handed to another thread. */
    static void watch(RoutingContext context) {
        Departure departure = new Departure();
        context.put(KEY, departure);
        context.addEndHandler(end -> departure.happen());
    }

    /** One that never comes. */
    public static Departure never() {
        return new Departure();
    }

    /** That of a call which is being watched; otherwise one that never comes. */
    static Departure of(RoutingContext context) {
        Departure departure = context.get(KEY);
        return departure == null ? never() : departure;
    }

    /** Runs an action once the client has gone, at once if it has; also when the call has been answered. */
    public void then(Runnable action) {
        synchronized (actions) {
            if (!happened) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }

    void happen() {
        List<Runnable> due;
        synchronized (actions) {
            happened = true;
            due = List.copyOf(actions);
            actions.clear();
        }
        due.forEach(Runnable::run);
    }
}
