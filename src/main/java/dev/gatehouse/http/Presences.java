package dev.gatehouse.http;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** The presence of the client whose call is being answered. */
@Singleton
public class Presences {
    private final CurrentVertxRequest request;

    Presences(CurrentVertxRequest request) {
        this.request = request;
    }

    /** Returns the presence of the client whose call runs on this thread. Must be called while a request is handled. */
    public Presence current() {
        return Presence.of(request.getCurrent());
    }

    /** A client that waits for the answer to a call: since when it waits, and when it no longer does. */
    public static final class Presence {
        private static final String KEY = Presence.class.getName();

        private final long sinceNanos = System.nanoTime();
        private final List<Runnable> actions = new ArrayList<>();
        private boolean over;

        Presence() {}

        /** Watches a call whose request is whole; must be called on its event loop, before it is handed to another thread. */
        static void watch(RoutingContext context) {
            Presence presence = new Presence();
            context.put(KEY, presence);
            context.addEndHandler(end -> presence.end());
        }

        /** Returns the presence of a watched call. For another call it begins now and does not end. */
        static Presence of(RoutingContext context) {
            Presence presence = context.get(KEY);
            return presence == null ? new Presence() : presence;
        }

        /** When the request was whole, as of {@link System#nanoTime}. */
        public long sinceNanos() {
            return sinceNanos;
        }

        /** Runs an action once the client has gone or has its answer, and at once where that is so already. */
        public void afterwards(Runnable action) {
            synchronized (actions) {
                if (!over) {
                    actions.add(action);
                    return;
                }
            }
            action.run();
        }

        void end() {
            List<Runnable> due;
            synchronized (actions) {
                over = true;
                due = List.copyOf(actions);
                actions.clear();
            }
            due.forEach(Runnable::run);
        }
    }
}
