package dev.gatehouse.token;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatehouse.crypto.Utf8;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The form of an access token, read before any library sees it: jose4j also decodes base64url that no encoder makes, and
 * of a member that stands twice a library takes the first or the last. Nothing here is proved by a signature yet.
 *
 * @param kid the key's id, which also decides the algorithm; the token's {@code alg} must only agree
 */
record CompactToken(String kid, String algorithm, JsonNode claims) {
    /** Longer ones are refused unread. In characters, which are bytes here. */
    static final int MAX_LENGTH = 8 * 1024;

    /** RFC 9068, 2.1. */
    static final String TYPE = "at+jwt";

    /**
     * Exactly these: {@code crit}, {@code b64}, {@code jwk}, {@code jku}, {@code x5u} and {@code x5c} are never
     * followed (RFC 8725, 3.10), and we make no token with anything else.
     */
    private static final Set<String> HEADER_MEMBERS = Set.of("alg", "typ", "kid");

    private static final int SEGMENTS = 3;

    /** Reads a token in compact serialization; empty when its form is wrong in any way. */
    static Optional<CompactToken> parse(String token, ObjectMapper strictMapper) {
        String[] segments = token.split("\\.", -1);
        if (segments.length != SEGMENTS || decode(segments[2]) == null) {
            return Optional.empty();
        }
        ObjectNode header = object(segments[0], strictMapper);
        ObjectNode claims = object(segments[1], strictMapper);
        if (header == null || claims == null || !hasExpectedMembers(header)) {
            return Optional.empty();
        }
        return Optional.of(
                new CompactToken(header.path("kid").asText(), header.path("alg").asText(), claims));
    }

    private static boolean hasExpectedMembers(ObjectNode header) {
        Set<String> names = new TreeSet<>();
        header.fieldNames().forEachRemaining(names::add);
        return names.equals(HEADER_MEMBERS)
                && header.path("kid").isTextual()
                && header.path("alg").isTextual()
                && header.path("typ").asText().equals(TYPE);
    }

    private static @Nullable ObjectNode object(String segment, ObjectMapper strictMapper) {
        byte[] json = decode(segment);
        if (json == null) {
            return null;
        }
        try {
            return strictMapper.readTree(Utf8.decode(json)) instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException | CharacterCodingException e) {
            return null;
        }
    }

    /** The bytes of a segment; null unless it is their one canonical encoding (RFC 7515, 2; RFC 4648, 3.5). */
    private static byte @Nullable [] decode(String segment) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(segment);
            String canonical = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            return canonical.equals(segment) ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
