package dev.gatehouse.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.SeededProperty;
import dev.gatehouse.Texts;
import io.smallrye.common.net.Inet;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** {@link IpNetwork} against the reader of addresses that Quarkus uses, and against arithmetic. */
class IpNetworkPropertyTest {
    @SeededProperty
    void anyTextIsANetworkOrNone(@ForAll("texts") String text) {
        IpNetwork.parse(text)
                .ifPresent(network -> assertThat(IpNetwork.parse(network.text()).map(IpNetwork::text))
                        .contains(network.text()));
    }

    @SeededProperty
    void anAddressIsTheOneThatQuarkusReads(@ForAll("addresses") String text) {
        Optional<String> read = Optional.ofNullable(Inet.parseInetAddress(text))
                .filter(address -> !isCompressedToItsFullLength(text))
                .map(address -> IpNetwork.parse(address.getHostAddress().replaceFirst("%.*", ""))
                        .orElseThrow()
                        .text());
        assertThat(IpNetwork.parse(text).map(IpNetwork::text)).isEqualTo(read);
    }

    /** A double colon stands for at least one group (RFC 4291, 2.2); Quarkus' reader also takes it for none. */
    private static boolean isCompressedToItsFullLength(String text) {
        String groups = text.replace("192.0.2.7", "c000:207");
        return groups.contains("::")
                && Stream.of(groups.split(":", -1))
                                .filter(group -> !group.isEmpty())
                                .count()
                        >= 8;
    }

    @SeededProperty
    void aNetworkContainsTheAddressesWithItsPrefix(
            @ForAll @Size(value = 16) byte[] network,
            @ForAll("near") byte[] flipped,
            @ForAll @IntRange(max = 128) int prefix)
            throws UnknownHostException {
        network[0] |= 0x20; // Not mapped from IPv4.
        byte[] address = network.clone();
        for (int n = 0; n < address.length; n++) {
            address[n] ^= n == 0 ? 0 : flipped[n];
        }
        boolean expected = new BigInteger(1, network)
                .xor(new BigInteger(1, address))
                .shiftRight(128 - prefix)
                .equals(BigInteger.ZERO);
        assertThat(network(text(network) + "/" + prefix).contains(network(text(address))))
                .isEqualTo(expected);
        assertThat(network(text(network)).within(prefix).contains(network(text(address))))
                .isEqualTo(expected);
    }

    private static IpNetwork network(String text) {
        return IpNetwork.parse(text).orElseThrow();
    }

    private static String text(byte[] address) throws UnknownHostException {
        return InetAddress.getByAddress(address).getHostAddress();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Texts.any(20),
                Texts.ofPieces(
                        12, "0", "1", "12", "255", "256", "ffff", "F", ".", ":", "::", "/", "/8", "/128", "%", "[",
                        "]"));
    }

    @Provide
    Arbitrary<String> addresses() {
        Arbitrary<String> number = Arbitraries.of("0", "1", "10", "99", "127", "255", "256", "ff", "ffff", "abcd", "");
        return Arbitraries.oneOf(
                number.list().ofMinSize(3).ofMaxSize(5).map(numbers -> String.join(".", numbers)),
                number.list().ofMinSize(1).ofMaxSize(9).map(groups -> String.join(":", groups)),
                number.list().ofMinSize(1).ofMaxSize(6).map(groups -> String.join(":", groups) + ":192.0.2.7"));
    }

    /** Zero but for a bit, mostly. */
    @Provide
    Arbitrary<byte[]> near() {
        return Arbitraries.integers().between(8, 128).map(bit -> {
            byte[] flipped = new byte[16];
            if (bit < 128) {
                flipped[bit / 8] = (byte) (0x80 >> (bit % 8));
            }
            return flipped;
        });
    }
}
