package dev.gatehouse.http.connection;

import dev.gatehouse.client.Clients;
import dev.gatehouse.client.IpNetwork;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.quarkus.arc.Unremovable;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Bounds how many connections one client may have at once, so that no client takes all of them. */
@Unremovable // Looked up by ConnectionLimits.
@Singleton
class PeerConnections {
    private static final Logger LOG = Logger.getLogger(PeerConnections.class);
    private static final Duration LOG_INTERVAL = Duration.ofHours(1);
    private static final int DEFAULT_MAXIMUM = 1024;

    /** An IPv6 /64 is one client: each has as many addresses in it as it likes. */
    private static final int IPV6_NETWORK = 64;

    private final Clients clients;
    private final HttpServer server;
    private final int limit;
    private final ConcurrentMap<String, Integer> open = new ConcurrentHashMap<>();
    private final Counter refused;
    private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_INTERVAL.toNanos());

    PeerConnections(ConnectionConfig http, Config config, Clients clients, HttpServer server, MeterRegistry meters) {
        this.clients = clients;
        this.server = server;
        this.limit = http.connectionsPerClient()
                .orElseGet(() -> half(config.getOptionalValue("quarkus.http.limits.max-connections", Integer.class)
                        .orElse(DEFAULT_MAXIMUM)));
        this.refused = meters.counter("gatehouse.connections.refused");
    }

    /** Quarkus takes a maximum below 1 for none, and so is the half of it. */
    private static int half(int maximum) {
        return maximum < 1 ? 0 : Math.max(1, maximum / 2);
    }

    /**
     * Counts a connection until it closes. Those of trusted proxies and of the management port are not counted.
     *
     * @return false where the client has as many connections as it may
     */
    boolean admit(Channel connection) {
        if (limit == 0
                || !(connection.remoteAddress() instanceof InetSocketAddress peer)
                || !(connection.localAddress() instanceof InetSocketAddress local)
                || local.getPort() == server.getManagementPort()) {
            return true;
        }
        String address = peer.getAddress().getHostAddress();
        return clients.isTrusted(address) || admit(connection, client(address));
    }

    private boolean admit(Channel connection, String client) {
        if (open.merge(client, 1, Integer::sum) <= limit) {
            connection.closeFuture().addListener(closed -> leave(client));
            return true;
        }
        leave(client);
        refused.increment();
        warn(client);
        return false;
    }

    private static String client(String address) {
        return IpNetwork.parse(address)
                .map(network -> (network.isIpv4() ? network : network.within(IPV6_NETWORK)).text())
                .orElse(address);
    }

    private void leave(String client) {
        open.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
    }

    private void warn(String client) {
        long now = System.nanoTime();
        long last = loggedNanos.get();
        if (now - last >= LOG_INTERVAL.toNanos() && loggedNanos.compareAndSet(last, now)) {
            LOG.warnf(
                    "connections=refused peer=%s limit=%d remedy=\"if it is a proxy, name it in"
                            + " quarkus.http.proxy.trusted-proxies; else raise gatehouse.http.connections-per-client\"",
                    client, limit);
        }
    }
}
