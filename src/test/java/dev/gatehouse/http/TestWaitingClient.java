package dev.gatehouse.http;

/** A client that goes when a test says so. */
public final class TestWaitingClient {
    private final WaitingClients.WaitingClient waitingClient = new WaitingClients.WaitingClient();

    public WaitingClients.WaitingClient waitingClient() {
        return waitingClient;
    }

    public void end() {
        waitingClient.end();
    }
}
