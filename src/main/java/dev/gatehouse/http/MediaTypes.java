package dev.gatehouse.http;

import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code Content-Type} and {@code Accept} say about JSON (RFC 9110, 8.3 and 12.5.1). */
final class MediaTypes {
    static final String JSON = "application/json";
    private static final String JSON_SUBTYPE = "json";
    private static final int EXACT = 2;
    private static final Pattern BLANKS_AROUND_SEMICOLON = Pattern.compile("[ \\t]*;[ \\t]*");

    private MediaTypes() {}

    /**
     * Whether a body is declared as {@code application/json} and is not in another charset than UTF-8. A BOM counts as
     * another charset (RFC 8259, 8.1), and so do the zero bytes by which UTF-16 and UTF-32 show in any JSON text.
     */
    static boolean isJson(List<String> contentTypes, Buffer body) {
        if (contentTypes.size() != 1) {
            return false;
        }
        MediaType type = parse(contentTypes.getFirst());
        if (type == null || !is(type, "application", JSON_SUBTYPE)) {
            return false;
        }
        String charset = type.getParameters().getOrDefault(MediaType.CHARSET_PARAMETER, "utf-8");
        return charset.equalsIgnoreCase("utf-8") && !isOtherCharset(body);
    }

    private static boolean isOtherCharset(Buffer body) {
        int length = body.length();
        int first = body.getUnsignedByte(0);
        int second = length > 1 ? body.getUnsignedByte(1) : -1;
        int third = length > 2 ? body.getUnsignedByte(2) : -1;
        boolean utf8Bom = first == 0xEF && second == 0xBB && third == 0xBF;
        boolean utf16Bom = (first == 0xFE && second == 0xFF) || (first == 0xFF && second == 0xFE);
        boolean utf16 = length > 1 && (first == 0) != (second == 0);
        boolean utf32 = length > 3 && first == 0 && second == 0;
        return utf8Bom || utf16Bom || utf16 || utf32;
    }

    /** Whether a body is declared as one of these types. JSON is also judged as {@link #isJson} does. */
    static boolean isOneOf(List<String> types, List<String> contentTypes, Buffer body) {
        if (types.contains(JSON)) {
            return isJson(contentTypes, body);
        }
        MediaType declared = contentTypes.size() == 1 ? parse(contentTypes.getFirst()) : null;
        return declared != null
                && types.stream()
                        .map(MediaTypes::parse)
                        .anyMatch(type -> type != null && is(declared, type.getType(), type.getSubtype()));
    }

    /**
     * Whether the fields let one of these types through; they do when there are none. A field that asks for problem documents, by name or as
     * {@code application/*+json}, lets JSON through as well: clients that are generated from the OpenAPI document send it.
     */
    static boolean accepts(List<String> types, List<String> accepts) {
        if (accepts.isEmpty() || types.isEmpty()) {
            return true;
        }
        String accept = String.join(",", accepts);
        return accept.isBlank()
                || accept.equals("*/*")
                || types.contains(accept)
                || types.stream().anyMatch(type -> accepts(accept, type));
    }

    /** Whether the {@code Accept-Encoding} fields let gzip through (RFC 9110, 12.5.3); they do not when there are none. */
    static boolean acceptsGzip(List<String> acceptEncodings) {
        double any = 0;
        for (String coding : String.join(",", acceptEncodings).split(",", -1)) {
            String[] parts = BLANKS_AROUND_SEMICOLON.split(coding.strip(), -1);
            double quality =
                    parts.length > 1 && parts[1].toLowerCase(Locale.ROOT).startsWith("q=")
                            ? quality(Map.of("q", parts[1].substring(2)))
                            : 1;
            if (parts[0].equalsIgnoreCase("gzip")) {
                return quality > 0;
            }
            any = parts[0].equals("*") ? quality : any;
        }
        return any > 0;
    }

    /** The most specific range that covers the type decides. */
    private static boolean accepts(String accept, String wanted) {
        MediaType covered = parse(wanted);
        int bestSpecificity = -1;
        double quality = 0;
        boolean problems = false;
        for (String range : accept.split(",", -1)) {
            MediaType type = parse(range);
            if (type == null || covered == null) {
                continue;
            }
            int specificity = specificity(type, covered);
            if (specificity > bestSpecificity) {
                bestSpecificity = specificity;
                quality = quality(type.getParameters());
            }
            problems |= isOfProblems(type) && quality(type.getParameters()) > 0;
        }
        return quality > 0 || (problems && wanted.equals(JSON) && bestSpecificity < EXACT);
    }

    private static boolean isOfProblems(MediaType range) {
        return is(range, "application", "problem+json") || is(range, "application", "*+json");
    }

    private static @Nullable MediaType parse(String text) {
        try {
            // The parser does not take the blanks that RFC 9110, 5.6.6, allows around a semicolon.
            return MediaType.valueOf(
                    BLANKS_AROUND_SEMICOLON.matcher(text.strip()).replaceAll(";"));
        } catch (IllegalArgumentException e) {
            return null; // Not a media range: it covers nothing.
        }
    }

    private static int specificity(MediaType range, MediaType covered) {
        if (is(range, covered.getType(), covered.getSubtype())) {
            return EXACT;
        }
        if (is(range, covered.getType(), "*")) {
            return 1;
        }
        return is(range, "*", "*") ? 0 : -1;
    }

    private static double quality(Map<String, String> parameters) {
        try {
            return Double.parseDouble(parameters.getOrDefault("q", "1"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static boolean is(MediaType mediaType, String type, String subtype) {
        return mediaType.getType().equalsIgnoreCase(type)
                && mediaType.getSubtype().equalsIgnoreCase(subtype);
    }
}
