package dev.gatehouse.throttle;

import dev.gatehouse.client.IpNetwork;
import java.util.Optional;

/**
 * The networks that a client's attempts are counted for.
 *
 * @param network an IPv4 address, or the /64 of an IPv6 address: what one client has to itself; the address as it is when
 *     it is neither
 * @param site the /48 of an IPv6 address, in which one customer may have many networks
 */
record ClientNetworks(String network, Optional<String> site) {
    private static final int CLIENT_BITS = 64;
    private static final int SITE_BITS = 48;

    static ClientNetworks of(String address) {
        Optional<IpNetwork> parsed = IpNetwork.parse(address);
        if (parsed.isEmpty() || parsed.get().isIpv4()) {
            return new ClientNetworks(address, Optional.empty());
        }
        IpNetwork ipv6 = parsed.get();
        return new ClientNetworks(
                ipv6.within(CLIENT_BITS).text(),
                Optional.of(ipv6.within(SITE_BITS).text()));
    }
}
