package dev.gatehouse.client;

import java.util.Optional;

/**
 * Who sent a request, as far as that can be seen.
 *
 * @param address an IP address
 * @param userAgent what the client calls itself, for showing to people and for the audit: at most 256 code points without
 *     control characters; empty when it sent nothing
 */
public record Client(String address, Optional<String> userAgent) {
    private static final int MAX_USER_AGENT = 256;

    /** What is kept of a client's own words. */
    static Optional<String> tidy(Optional<String> userAgent) {
        return userAgent.map(Client::tidy).filter(text -> !text.isEmpty());
    }

    private static String tidy(String text) {
        return text.codePoints()
                .filter(codePoint -> !Character.isISOControl(codePoint))
                .limit(MAX_USER_AGENT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
