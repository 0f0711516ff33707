package dev.gatehouse.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.SeededProperty;
import dev.gatehouse.Texts;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;

/** The address that {@link Clients} reads from {@code X-Forwarded-For} and {@code Forwarded}. */
class ForwardedPropertyTest {
    private static final String PROXY = "10.0.0.1";
    private static final String TRUSTED = "10.0.0.0/8";

    private final Clients byAddresses = TestClients.behindProxies(TRUSTED, false);
    private final Clients byElements = TestClients.behindProxies(TRUSTED, true);

    @SeededProperty
    void whateverAFieldSaysTheClientIsAnAddressOrUnknown(@ForAll("lines") List<String> lines) {
        for (Clients clients : List.of(byAddresses, byElements)) {
            String client = clients.address(PROXY, lines);
            if (!client.equals("unknown")) {
                assertThat(IpNetwork.parse(client).map(IpNetwork::text)).contains(client);
            }
            assertThat(clients.address("192.0.2.1", lines)).isEqualTo("192.0.2.1");
        }
    }

    @SeededProperty
    void theClientIsTheRightmostThatIsNoProxy(@ForAll("hops") List<String> hops) {
        assertThat(byAddresses.address(PROXY, List.of(String.join(",", hops)))).isEqualTo(expected(hops));
        assertThat(byAddresses.address(PROXY, hops)).isEqualTo(expected(hops));
    }

    @SeededProperty
    void theOtherParametersOfForwardedChangeNothing(
            @ForAll("hops") List<String> hops, @ForAll("parameters") List<String> parameters) {
        String others = parameters.stream().map(parameter -> ";" + parameter).collect(Collectors.joining());
        String field = hops.stream().map(hop -> "for=\"" + hop + '"' + others).collect(Collectors.joining(", "));
        assertThat(byElements.address(PROXY, List.of(field))).isEqualTo(expected(hops));
    }

    /** From the right to the left, as long as the next one is a proxy; of nothing but proxies it is the leftmost. */
    private static String expected(List<String> hops) {
        return hops.reversed().stream()
                .filter(hop -> !hop.startsWith("10."))
                .findFirst()
                .orElse(hops.getFirst())
                .replaceFirst("_.*", "unknown");
    }

    @Provide
    Arbitrary<List<String>> lines() {
        Arbitrary<String> pieces = Texts.ofPieces(
                14,
                "for=",
                "For =",
                "by=",
                "proto=https",
                "192.0.2.7",
                "10.0.0.2",
                "[2001:db8::1]:80",
                "\"",
                "\\",
                ",",
                ";",
                "=",
                " ",
                "\t",
                "unknown",
                "_x",
                ":",
                "[",
                "]");
        return Arbitraries.oneOf(pieces, Texts.any(40)).list().ofMaxSize(3);
    }

    @Provide
    Arbitrary<List<String>> hops() {
        return Arbitraries.of("10.0.0.2", "10.255.0.1", "192.0.2.7", "198.51.100.1", "2001:db8::1", "_hidden")
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    @Provide
    Arbitrary<List<String>> parameters() {
        Arbitrary<String> quoted = Texts.ofPieces(6, "a", ",", ";", "for=6.6.6.6", "\\\"", "\\\\", " ", "é")
                .map(text -> '"' + text + '"');
        return Combinators.combine(Arbitraries.of("by", "host", "proto", "x-y"), quoted)
                .as((name, value) -> name + "=" + value)
                .list()
                .ofMaxSize(3);
    }
}
