package dev.gatehouse.http;

/** A client that goes when a test says so. */
public final class TestPresence {
    private final Presences.Presence presence = new Presences.Presence();

    public Presences.Presence presence() {
        return presence;
    }

    public void end() {
        presence.end();
    }
}
