package dev.gatehouse.http.connection;

import dev.gatehouse.problem.CommonProblem;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the head of a request must be before anything is made of it (RFC 9112). Netty and Vert.x let most of this pass. */
final class RequestHead {
    private static final String CHUNKED = "chunked";
    private static final int HIGHEST_PORT = 65_535;
    private static final int LONGEST_PORT = 5;

    /**
     * A host and a port (RFC 9110, 7.2; RFC 3986, 3.2.2). The host may be empty. Possessive, as a loop over alternatives would otherwise
     * take a stack frame for each character.
     */
    private static final Pattern HOST =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*+)(?::(.*))?");

    private RequestHead() {}

    /** Returns why a request is refused, and null for one that is not. What is too long is left to Vert.x. */
    static @Nullable Refusal refusal(HttpRequest request) {
        Refusal coding = refusalOfCoding(request);
        if (coding != null) {
            return coding;
        }
        if (request.decoderResult().isFailure()) {
            Throwable cause = request.decoderResult().cause();
            boolean tooLong = cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException;
            return tooLong ? null : invalid("The request is not HTTP as RFC 9112 defines it");
        }
        if (!isSupported(request.protocolVersion())) {
            return refusalOfVersion(request.protocolVersion());
        }
        if (request.headers().contains("")) {
            return invalid("There is a field without a name");
        }
        return hasOneHost(request) ? null : invalid("There must be one valid Host field");
    }

    /** Before anything else, also of a head that is wrong elsewhere: it decides where the next request begins (6.1, 6.3). */
    private static @Nullable Refusal refusalOfCoding(HttpRequest request) {
        HttpHeaders fields = request.headers();
        if (!fields.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return null;
        }
        List<String> codings = List.of(String.join(",", fields.getAll(HttpHeaderNames.TRANSFER_ENCODING))
                .toLowerCase(Locale.ROOT)
                .split("[ \t]*,[ \t]*", -1));
        boolean old = HttpVersion.HTTP_1_0.equals(request.protocolVersion());
        if (old
                || !codings.getLast().strip().equals(CHUNKED)
                || codings.stream().anyMatch(String::isBlank)) {
            return invalid("The last coding of Transfer-Encoding must be chunked");
        }
        return codings.size() == 1
                ? null
                : new Refusal(CommonProblem.NOT_IMPLEMENTED, "No coding is supported before chunked");
    }

    @SuppressWarnings(
            "ReferenceEquality") // Netty makes another instance for http/1.1, whose name is not HTTP (RFC 9112, 2.3).
    private static boolean isSupported(HttpVersion version) {
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }

    private static Refusal refusalOfVersion(HttpVersion version) {
        boolean supported = version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
        return supported || !version.text().matches("HTTP/[0-9]\\.[0-9]")
                ? invalid("The request is not HTTP as RFC 9112 defines it")
                : new Refusal(
                        CommonProblem.HTTP_VERSION_NOT_SUPPORTED, "The versions 1.0 and 1.1 of HTTP are supported");
    }

    /** RFC 9112, 3.2. HTTP/1.0 does not need the field. */
    private static boolean hasOneHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        return switch (hosts.size()) {
            case 0 -> HttpVersion.HTTP_1_0.equals(request.protocolVersion());
            case 1 -> isHost(hosts.getFirst());
            default -> false;
        };
    }

    /** Returns true for a host with or without a port of at most 65535. */
    static boolean isHost(String text) {
        int end = endOfPlainHost(text);
        if (end == text.length()) {
            return true;
        }
        if (text.charAt(end) == ':') {
            return isPort(text.substring(end + 1));
        }
        Matcher matcher = HOST.matcher(text);
        return matcher.matches() && (matcher.group(1) == null || isPort(matcher.group(1)));
    }

    /** Where the letters, digits, dots and hyphens end of which nearly all hosts consist: the pattern costs far more time. */
    private static int endOfPlainHost(String text) {
        int end = 0;
        while (end < text.length() && isPlain(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    }

    private static boolean isPort(String text) {
        if (text.length() > LONGEST_PORT) {
            return false;
        }
        int port = 0;
        for (int n = 0; n < text.length(); n++) {
            int digit = text.charAt(n) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            port = 10 * port + digit;
        }
        return port <= HIGHEST_PORT;
    }

    private static Refusal invalid(String detail) {
        return new Refusal(CommonProblem.INVALID_REQUEST, detail);
    }
}
