package dev.gatehouse.http;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** The presence of the client whose call is being answered. */
@Singleton
public class WaitingClients {
    private final CurrentVertxRequest request;

    WaitingClients(CurrentVertxRequest request) {
        this.request = request;
    }

    /** Returns the presence of the client whose call runs on this thread. Must be called while a request is handled. */
    public WaitingClient current() {
        return WaitingClient.of(request.getCurrent());
    }

    /** A client that waits for the answer to a call: since when it waits, and when it no longer does. */
    public static final class WaitingClient {
        private static final String KEY = WaitingClient.class.getName();

        private final long sinceNanos = System.nanoTime();
        private final List<Runnable> actions = new ArrayList<>();
        private boolean over;

        WaitingClient() {}

        /** Watches a call whose request is whole; must be called on its event loop, before it is handed to another thread. */
        static void watch(RoutingContext context) {
            WaitingClient waitingClient = new WaitingClient();
            context.put(KEY, waitingClient);
            context.addEndHandler(end -> waitingClient.end());
        }

        /** Returns the presence of a watched call. For another call it begins now and does not end. */
        static WaitingClient of(RoutingContext context) {
            WaitingClient waitingClient = context.get(KEY);
            return waitingClient == null ? new WaitingClient() : waitingClient;
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
