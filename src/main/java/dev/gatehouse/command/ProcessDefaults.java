package dev.gatehouse.command;

import java.security.Security;
import java.time.Duration;
import java.util.TimeZone;

/** Sets what the JVM keeps once for the whole process. */
final class ProcessDefaults {
    /**
     * A database that moves to another address is found there within this time and one connect. Each connect then asks the
     * operating system at most once a second.
     */
    private static final Duration KEEP_ADDRESS = Duration.ofSeconds(1);

    /** UTC by the one name that every Postgres knows. It is built in there; all others, "UTC" included, come from files. */
    private static final String UTC = "GMT";

    private ProcessDefaults() {}

    /** Sets the defaults. Must be called first: the JVM reads the times of {@link #keepNoFailedLookUp} only once. */
    static void set() {
        // The driver asks Postgres for this zone, which may know fewer names than the JVM and would refuse the
        // connection.
        TimeZone.setDefault(TimeZone.getTimeZone(UTC));
        keepNoFailedLookUp();
    }

    /**
     * The JVM would keep a failed look-up for 10 s and an address for 30 s. In a container network the name of a stopped
     * database disappears, so the service would miss the database for up to 10 s after its return.
     *
     * <p>The JVM logs each change of a security property, and the log manager looks up this host's name for its first record.
     * So the first such change must be the last step here. The other time is a system property, which the JVM reads where
     * {@code networkaddress.cache.ttl} is not set in its file {@code java.security}.
     */
    private static void keepNoFailedLookUp() {
        System.setProperty("sun.net.inetaddr.ttl", Long.toString(KEEP_ADDRESS.toSeconds()));
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }
}
