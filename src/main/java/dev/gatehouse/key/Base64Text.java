package dev.gatehouse.key;

import java.util.Base64;
import java.util.Optional;

/** Base64 as people paste it: in either alphabet of RFC 4648 (4 and 5), with padding or without. */
final class Base64Text {
    private Base64Text() {}

    /** The bytes of a text; empty when it is not base64 or holds none. */
    static Optional<byte[]> decode(String text) {
        String urlSafe = text.strip().replace('+', '-').replace('/', '_');
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(urlSafe);
            return bytes.length == 0 ? Optional.empty() : Optional.of(bytes);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Bytes in base64url without padding. */
    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
