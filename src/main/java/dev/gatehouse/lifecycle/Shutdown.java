package dev.gatehouse.lifecycle;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Lets calls that are under way finish when the process is told to end, and lets no new ones begin. */
@ApplicationScoped
public class Shutdown {
    private static final Logger LOG = Logger.getLogger(Shutdown.class);

    /** One party is the shutdown itself, which arrives first; the others are calls. */
    private final Phaser calls = new Phaser(1);

    private final Duration delay;
    private final Duration timeout;

    private volatile boolean begun;
    private volatile boolean refusing;

    Shutdown(ShutdownConfig config) {
        this.delay = config.shutdownDelay();
        this.timeout = config.shutdownTimeout();
    }

    /** Whether the process has been told to end. It still takes calls for the configured delay. */
    public boolean hasBegun() {
        return begun;
    }

    /** Counts a call until it has been answered or its client has gone; false when no call may begin any more. */
    public boolean admit(RoutingContext context) {
        if (!admit()) {
            return false;
        }
        AtomicBoolean released = new AtomicBoolean(); // Vert.x does not promise to tell of an end only once.
        context.addEndHandler(end -> {
            if (released.compareAndSet(false, true)) {
                release();
            }
        });
        return true;
    }

    /** Counts work of the service's own until it is released; false when none may begin any more. */
    public boolean admit() {
        return !refusing && calls.register() >= 0;
    }

    /** Ends what was admitted. */
    public void release() {
        calls.arriveAndDeregister();
    }

    /** Quarkus tells of this before it ends anything, and waits. */
    void await(@Observes ShutdownDelayInitiatedEvent event) throws InterruptedException {
        if (LaunchMode.current() != LaunchMode.NORMAL) {
            return; // A live reload would wait for the pages that are open.
        }
        begun = true;
        Thread.sleep(delay);
        refusing = true;
        int phase = calls.arriveAndDeregister();
        try {
            calls.awaitAdvanceInterruptibly(phase, timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warnf("shutdown=impatient calls=%d", calls.getUnarrivedParties());
        }
    }
}
