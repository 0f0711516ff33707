package dev.gatehouse.throttle;

import java.util.Locale;

/** What attempts are counted for. They are locked in this order, from what many share to what few do. */
enum Kind {
    /** An IPv6 /48. */
    SITE,
    /** An IPv4 address, or an IPv6 /64. */
    NETWORK,
    /** Sign-ups from an IPv6 /48. */
    SIGNUP_SITE,
    /** Sign-ups from a network. */
    SIGNUP,
    /** A name, for all networks together that its account has not logged in from. */
    NAME,
    /** A session's wrong passwords. */
    OWN,
    /** A name from a network. */
    PAIR;

    /** The name in the table, in the audit and in metrics. */
    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }
}
