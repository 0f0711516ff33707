package dev.gatehouse.throttle;

/**
 * One row that attempts are counted in.
 *
 * @param subject what is counted, as text that no other subject of this kind has
 */
record Bucket(ThrottleKind kind, String subject, Limits limits) {
    /** Returns a text that no other row has. */
    String place() {
        return kind.stored() + " " + subject;
    }

    /**
     * Returns how many attempts may be under way after so many failures. While the failures cost nothing, that is all that may
     * still fail, and the room. Beyond, it is one at a time, so that each has to wait for the outcome of the one before. A
     * network, which many share, keeps half of its room with the first failure beyond, then a quarter, and so on.
     */
    int places(int failures) {
        if (failures <= limits.free()) {
            return Math.min(limits.free() - failures + limits.room(), limits.most() - failures);
        }
        return kind.isOfNetworks() ? Math.max(1, limits.room() >> Math.min(failures - limits.free(), 30)) : 1;
    }
}
