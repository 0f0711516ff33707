package dev.gatehouse.client;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import java.util.List;
import java.util.Optional;

/** Clients as tests configure them. */
public final class TestClients {
    private TestClients() {}

    /** The settings as an operator gives them. */
    record Settings(boolean proxyAddressForwarding, boolean allowForwarded, Optional<List<String>> trustedProxies)
            implements ProxyConfig {}

    /** The proxies of a network are trusted. They send {@code Forwarded} or {@code X-Forwarded-For}. */
    public static Clients behindProxies(String network, boolean forwarded) {
        return new Clients(new Settings(true, forwarded, Optional.of(List.of(network))), new CurrentVertxRequest());
    }

    /** No proxy is trusted. */
    public static Clients withoutProxy() {
        return new Clients(new Settings(false, false, Optional.empty()), new CurrentVertxRequest());
    }

    /**
     * One proxy is trusted.
     *
     * @param forwarded whether it is read from {@code Forwarded}
     */
    public static Clients behind(String proxy, boolean forwarded) {
        return new Clients(new Settings(true, forwarded, Optional.of(List.of(proxy))), new CurrentVertxRequest());
    }
}
