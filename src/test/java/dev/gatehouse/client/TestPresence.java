package dev.gatehouse.client;

import java.time.Duration;

/** A client that has waited for some time, and goes when a test says so. */
public final class TestPresence {
    private final Presence presence;

    public TestPresence(Duration waited) {
        this.presence = new Presence(System.nanoTime() - waited.toNanos());
    }

    public Presence presence() {
        return presence;
    }

    public void end() {
        presence.end();
    }
}
