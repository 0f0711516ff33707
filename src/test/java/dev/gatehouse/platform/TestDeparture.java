package dev.gatehouse.platform;

/** A client that goes when a test says so. */
public final class TestDeparture {
    private final Departure departure = Departure.never();

    public Departure departure() {
        return departure;
    }

    public void happen() {
        departure.happen();
    }
}
