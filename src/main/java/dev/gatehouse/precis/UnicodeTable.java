package dev.gatehouse.precis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * All assigned code points in the one version of Unicode that the resource names, and their properties: whether the IdentifierClass
 * allows them, always or in context, and what the rules ask about. The JDK lacks some of the properties, and each release of the JDK
 * has another version of the other properties.
 */
final class UnicodeTable {
    private static final String RESOURCE = "identifier-class.txt";
    private static final Pattern LINE_PARTS = Pattern.compile("\\.\\.| ");
    private static final int HEXADECIMAL = 16;

    private static final UnicodeTable TABLE = read();

    /** What the mapping and the rules of context and direction ask about. */
    enum Property {
        /** No name may have it. The table has the next two properties for it, and none of the others. */
        DISALLOWED,
        /** Derived by the Unicode Standard, 3.13, from properties that may change with each version. */
        CASED,
        CASE_IGNORABLE,
        /** The values of Bidi_Class. */
        L,
        R,
        AL,
        AN,
        EN,
        ES,
        CS,
        ET,
        ON,
        BN,
        NSM,
        /** Values of Joining_Type. */
        DUAL_JOINING,
        LEFT_JOINING,
        RIGHT_JOINING,
        TRANSPARENT,
        /** Canonical_Combining_Class is 9. */
        VIRAMA,
        /** Values of Script. */
        GREEK,
        HEBREW,
        /** Script is Hiragana, Katakana or Han. */
        KANA_OR_HAN
    }

    /** The first and the last code point of each range, in order, and its properties. */
    private final int[] starts;

    private final int[] ends;
    private final List<Set<Property>> properties;

    private UnicodeTable(List<String> ranges) {
        starts = new int[ranges.size()];
        ends = new int[ranges.size()];
        properties = new ArrayList<>(ranges.size());
        for (int n = 0; n < ranges.size(); n++) {
            String[] parts = LINE_PARTS.split(ranges.get(n), -1);
            starts[n] = Integer.parseInt(parts[0], HEXADECIMAL);
            ends[n] = Integer.parseInt(parts[1], HEXADECIMAL);
            properties.add(Arrays.stream(parts, 2, parts.length)
                    .map(Property::valueOf)
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Property.class))));
        }
    }

    private static UnicodeTable read() {
        try (InputStream resource = UnicodeTable.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            return new UnicodeTable(new String(resource.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns true if the table's version of Unicode has assigned a code point. */
    static boolean isAssigned(int codePoint) {
        return TABLE.range(codePoint) >= 0;
    }

    /** Returns true if a name may have a code point, in some places at least. False for an unassigned one. */
    static boolean isAllowed(int codePoint) {
        return isAssigned(codePoint) && !has(codePoint, Property.DISALLOWED);
    }

    /** Returns true if a code point is assigned and the table lists a property for it. */
    static boolean has(int codePoint, Property property) {
        int range = TABLE.range(codePoint);
        return range >= 0 && TABLE.properties.get(range).contains(property);
    }

    /** Returns the index of the range that has a code point; -1 if none has it. */
    private int range(int codePoint) {
        int found = Arrays.binarySearch(starts, codePoint);
        int candidate = found >= 0 ? found : -found - 2;
        return candidate >= 0 && codePoint <= ends[candidate] ? candidate : -1;
    }
}
