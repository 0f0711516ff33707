package dev.gatehouse.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientNetworksTest {
    @Test
    void anIpv4AddressIsItsOwnNetwork() {
        assertThat(ClientNetworks.of("192.0.2.1").network()).isEqualTo("192.0.2.1");
        assertThat(ClientNetworks.of("192.0.2.1").site()).isEmpty();
    }

    @Test
    void anIpv6AddressHasANetworkAndASite() {
        ClientNetworks networks = ClientNetworks.of("2001:db8:1:2:3:4:5:6");
        assertThat(networks.network()).isEqualTo("2001:db8:1:2::/64");
        assertThat(networks.site()).contains("2001:db8:1::/48");
        assertThat(ClientNetworks.of("2001:db8:1:2:ffff::1")).isEqualTo(networks);
        assertThat(ClientNetworks.of("2001:db8:1:3::1").site()).isEqualTo(networks.site());
        assertThat(ClientNetworks.of("2001:db8:1:3::1").network()).isNotEqualTo(networks.network());
    }

    @Test
    void whatIsNoAddressIsANetworkOfItsOwn() {
        assertThat(ClientNetworks.of("unknown").network()).isEqualTo("unknown");
    }
}
