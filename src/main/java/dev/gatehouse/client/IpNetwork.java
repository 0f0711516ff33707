package dev.gatehouse.client;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A network of IP addresses, or a single one. An IPv4 address that is mapped into IPv6 (RFC 4291, 2.5.5.2) is the IPv4
 * address. Never asks the DNS.
 */
public final class IpNetwork {
    private static final int IPV4_BYTES = 4;
    private static final int MAPPED_PREFIX_BYTES = 12;
    private static final byte[] MAPPED_PREFIX = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

    private final byte[] bytes;
    private final int prefix;

    private IpNetwork(byte[] bytes, int prefix) {
        this.bytes = bytes;
        this.prefix = prefix;
    }

    /** Reads an address, or an address and the length of its prefix; empty for anything else. */
    public static Optional<IpNetwork> parse(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(
                withoutEmbeddedIpv4(slash < 0 ? text : text.substring(0, slash)));
        if (bytes == null) {
            return Optional.empty();
        }
        int bits = bytes.length * Byte.SIZE;
        int prefix = slash < 0 ? bits : prefix(text.substring(slash + 1), bits);
        if (prefix < 0) {
            return Optional.empty();
        }
        boolean mapped = bytes.length > IPV4_BYTES
                && prefix >= MAPPED_PREFIX_BYTES * Byte.SIZE
                && Arrays.equals(MAPPED_PREFIX, Arrays.copyOf(bytes, MAPPED_PREFIX_BYTES));
        return Optional.of(
                mapped
                        ? new IpNetwork(
                                Arrays.copyOfRange(bytes, MAPPED_PREFIX_BYTES, bytes.length),
                                prefix - MAPPED_PREFIX_BYTES * Byte.SIZE)
                        : new IpNetwork(bytes, prefix));
    }

    /**
     * Writes an IPv4 address at the end of an IPv6 address as two groups. Netty reads only a mapped one, and takes others for mapped.
     * Brackets and a zone are no part of the address (RFC 3986, 3.2.2; RFC 4007, 11).
     */
    private static String withoutEmbeddedIpv4(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String inside = bracketed ? text.substring(1, text.length() - 1) : text;
        String address = inside.indexOf(':') < 0 ? inside : inside.replaceFirst("%.*", "");
        int group = address.lastIndexOf(':') + 1;
        if (group == 0 || address.indexOf('.', group) < 0) {
            return address;
        }
        byte[] ipv4 = NetUtil.createByteArrayFromIpAddressString(address.substring(group));
        return ipv4 == null
                ? address
                : address.substring(0, group)
                        + HexFormat.of().formatHex(ipv4, 0, 2)
                        + ':'
                        + HexFormat.of().formatHex(ipv4, 2, IPV4_BYTES);
    }

    private static int prefix(String digits, int bits) {
        if (!digits.matches("[0-9]{1,3}")) {
            return -1;
        }
        int prefix = Integer.parseInt(digits);
        return prefix <= bits ? prefix : -1;
    }

    /** Whether its addresses are of IPv4. */
    public boolean isIpv4() {
        return bytes.length == IPV4_BYTES;
    }

    /** The network with a prefix of so many bits that this one lies in. */
    public IpNetwork within(int bits) {
        byte[] masked = bytes.clone();
        for (int bit = bits; bit < masked.length * Byte.SIZE; bit++) {
            masked[bit / Byte.SIZE] &= (byte) ~(0x80 >> (bit % Byte.SIZE));
        }
        return new IpNetwork(masked, Math.min(prefix, bits));
    }

    /** Whether an address, or a whole network, lies in this one. */
    boolean contains(IpNetwork other) {
        return other.bytes.length == bytes.length
                && other.prefix >= prefix
                && Arrays.equals(other.within(prefix).bytes, within(prefix).bytes);
    }

    /** An address alone, or an address and the length of its prefix. An IPv6 address is in the form of RFC 5952. */
    public String text() {
        try {
            String address = NetUtil.toAddressString(InetAddress.getByAddress(bytes));
            return prefix == bytes.length * Byte.SIZE ? address : address + "/" + prefix;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    @Override
    public String toString() {
        return text();
    }
}
