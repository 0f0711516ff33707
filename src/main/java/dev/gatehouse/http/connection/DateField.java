package dev.gatehouse.http.connection;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of the Date field (RFC 9110, 6.6.1), formatted once a second. */
final class DateField {
    /** RFC 9110, 5.6.7. Unlike {@link DateTimeFormatter#RFC_1123_DATE_TIME} it always has two digits for the day. */
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static final int MILLIS = 1000;

    private final Clock clock;
    private volatile Value last = new Value(Long.MIN_VALUE, "");

    DateField(Clock clock) {
        this.clock = clock;
    }

    private record Value(long second, String text) {}

    String now() {
        long second = Math.floorDiv(clock.millis(), MILLIS);
        Value value = last;
        if (value.second() != second) {
            value = new Value(second, FORMAT.format(Instant.ofEpochSecond(second)));
            last = value;
        }
        return value.text();
    }
}
