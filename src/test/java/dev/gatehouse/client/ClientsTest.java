package dev.gatehouse.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose address a request has. */
class ClientsTest {
    private static final String PROXY = "10.0.0.1";

    private static Clients behind(String... trustedProxies) {
        return new Clients(
                new TestClients.Settings(true, false, Optional.of(List.of(trustedProxies))), new CurrentVertxRequest());
    }

    @ParameterizedTest
    @CsvSource({
        "'192.0.2.7', 192.0.2.7",
        "'6.6.6.6, 192.0.2.7', 192.0.2.7",
        "'6.6.6.6, 192.0.2.7, 10.9.9.9', 192.0.2.7",
        "'10.9.9.9', 10.9.9.9",
        "'192.0.2.7:4711', 192.0.2.7",
        "'2001:db8::1', 2001:db8::1",
        "'[2001:db8::1]:4711', 2001:db8::1",
        "'::ffff:192.0.2.7', 192.0.2.7",
        "'2001:DB8:0:0:1:0:0:1', 2001:db8::1:0:0:1",
        "'2001:db8:0:1:1:1:1:1', 2001:db8:0:1:1:1:1:1",
        "'2001:0db8:0000::00a0', 2001:db8::a0",
        "'::192.0.2.7', ::c000:207",
        "'[::192.0.2.7%1]', ::c000:207",
        "'[::192.0.2.7]', ::c000:207",
        "'64:ff9b::192.0.2.7', 64:ff9b::c000:207",
        "'[2001:db8:1:2:3:4:192.0.2.7]:80', 2001:db8:1:2:3:4:c000:207",
        "'::ffff:0:192.0.2.7', ::ffff:0:c000:207",
        "'::192.0.2', unknown",
        "'::', ::",
        "'::1', ::1",
        "'1::', 1::",
        "'192.0.2.7, unknown', unknown",
        "'192.0.2.7, _hidden', unknown",
        "'192.0.2.7, 10.1.1.1.example', unknown",
        "'192.0.2.7,', unknown",
        "'', unknown",
        "'999.1.1.1', unknown",
        "'\", 192.0.2.7', 192.0.2.7",
    })
    void whatATrustedProxySawIsBelievedFromTheRightToTheLeft(String header, String address) {
        assertThat(behind("10.0.0.0/8").address(PROXY, List.of(header))).isEqualTo(address);
    }

    @Test
    void theLinesOfAHeaderAreOneList() {
        assertThat(behind("10.0.0.0/8").address(PROXY, List.of("6.6.6.6, 192.0.2.7", "10.2.2.2")))
                .isEqualTo("192.0.2.7");
        assertThat(behind("10.0.0.0/8").address(PROXY, List.of())).isEqualTo(PROXY);
    }

    @ParameterizedTest
    @CsvSource({
        "'for=192.0.2.7', 192.0.2.7",
        "'for=6.6.6.6, for=192.0.2.7;proto=https;by=10.0.0.1', 192.0.2.7",
        "'proto=https;For=\"[2001:db8::1]:4711\"', 2001:db8::1",
        "'for=192.0.2.7, for=\"_x\"', unknown",
        "'by=192.0.2.7', unknown",
        "'for=192.0.2.7;host=\"a,for=6.6.6.6\"', 192.0.2.7",
        "'for=192.0.2.7;host=\"a;for=6.6.6.6\"', 192.0.2.7",
        "'host=\"a;for=6.6.6.6\";for=192.0.2.7', 192.0.2.7",
        "'for=6.6.6.6;for=192.0.2.7', unknown",
        "'for=6.6.6.6;\"\\\\\", for=192.0.2.7', unknown",
        "'for=6.6.6.6;x=\"\\\\\", for=192.0.2.7', 192.0.2.7",
        "'for=6.6.6.6;x=\"\\\", for=192.0.2.7', unknown",
        "'for=6.6.6.6 x, for=192.0.2.7', unknown",
        "'for=6.6.6.6,', unknown",
        "'', unknown",
        "'for=\"192.0.2.7', unknown",
    })
    void forwardedIsReadWhereItIsAllowed(String header, String address) {
        Clients clients = new Clients(
                new TestClients.Settings(true, true, Optional.of(List.of("10.0.0.0/8"))), new CurrentVertxRequest());
        assertThat(clients.address(PROXY, List.of(header))).isEqualTo(address);
    }

    @Test
    void nobodyIsBelievedWhoIsNotTrusted() {
        List<String> header = List.of("192.0.2.7");
        assertThat(behind("10.0.0.0/8").address("11.0.0.1", header)).isEqualTo("11.0.0.1");
        assertThat(behind("10.0.0.2").address(PROXY, header)).isEqualTo(PROXY);
        assertThat(behind("::ffff:10.0.0.1").address(PROXY, header)).isEqualTo("192.0.2.7");
        assertThat(behind("2001:db8::/32").address("2001:db8:ff::1", header)).isEqualTo("192.0.2.7");
        assertThat(new Clients(new TestClients.Settings(true, false, Optional.empty()), new CurrentVertxRequest())
                        .address(PROXY, header))
                .isEqualTo(PROXY);
        assertThat(new Clients(
                                new TestClients.Settings(false, false, Optional.of(List.of("10.0.0.0/8"))),
                                new CurrentVertxRequest())
                        .address(PROXY, header))
                .isEqualTo(PROXY);
    }

    @Test
    void mappedAddressesAreFolded() {
        assertThat(behind().address("::ffff:192.0.2.7", List.of())).isEqualTo("192.0.2.7");
        assertThat(behind().address("0:0:0:0:0:0:0:1", List.of())).isEqualTo("::1");
    }
}
