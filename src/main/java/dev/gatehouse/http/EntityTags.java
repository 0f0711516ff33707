package dev.gatehouse.http;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Compares the strong entity tag of a response with a condition of the request (RFC 9110, 13.1.1 and 13.1.2). A client may spread one
 * condition over several fields. A tag is passed as it is sent, in quotes, and has no comma.
 */
public final class EntityTags {
    private static final String WEAK = "W/";
    private static final List<String> ANY = List.of("*");

    private EntityTags() {}

    /**
     * Returns true if the {@code If-None-Match} fields name the tag by weak comparison, or are {@code *}. The response is 304 then.
     * Returns false if there are no such fields.
     */
    public static boolean matchWeakly(String etag, List<String> ifNoneMatch) {
        return match(ifNoneMatch, tag -> tag.equals(etag) || tag.equals(WEAK + etag));
    }

    /** Returns true if the {@code If-Match} fields name the tag by strong comparison, or are {@code *}. */
    static boolean matchStrongly(String etag, List<String> ifMatch) {
        return match(ifMatch, etag::equals);
    }

    private static boolean match(List<String> fields, Predicate<String> condition) {
        List<String> tags = Stream.of(String.join(",", fields).split(",", -1))
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .toList();
        return tags.equals(ANY) || tags.stream().anyMatch(condition);
    }
}
