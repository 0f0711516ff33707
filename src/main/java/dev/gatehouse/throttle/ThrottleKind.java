package dev.gatehouse.throttle;

import java.util.Locale;

/** What attempts are counted for. Rows are locked in this order, from what many share to what few do. */
enum ThrottleKind {
    /** An IPv6 /48. */
    SITE(Unsettled.FORGOTTEN),
    /** An IPv4 address, or an IPv6 /64. */
    NETWORK(Unsettled.FORGOTTEN),
    /** Sign-ups from an IPv6 /48. */
    SIGNUP_SITE(Unsettled.COUNTED_FROM_THE_START),
    /** Sign-ups from a network. */
    SIGNUP(Unsettled.COUNTED_FROM_THE_START),
    /** A name, for all networks together that its account has not logged in from. */
    NAME(Unsettled.FAILED),
    /** A session's wrong passwords. */
    OWN(Unsettled.FAILED),
    /** A name from a network. */
    PAIR(Unsettled.FAILED);

    /** What becomes of an attempt whose end nobody says, such as one of a replica that died. */
    private enum Unsettled {
        FORGOTTEN,
        FAILED,
        /** It was never under way: it counts as a failure from when it is reserved. */
        COUNTED_FROM_THE_START
    }

    private final Unsettled unsettled;

    ThrottleKind(Unsettled unsettled) {
        this.unsettled = unsettled;
    }

    /** Returns the name in the table, in the audit and in metrics. */
    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isOfNetworks() {
        return unsettled == Unsettled.FORGOTTEN;
    }

    /**
     * Returns true if a row is marked with the account that it is for. The statement by which an operator lifts what is counted for an
     * account locks rows by the kind's text, whose order is that of these two.
     */
    boolean isOfAccounts() {
        return this == NAME || this == PAIR;
    }

    boolean countsFromTheStart() {
        return unsettled == Unsettled.COUNTED_FROM_THE_START;
    }

    boolean unsettledFails() {
        return unsettled == Unsettled.FAILED;
    }

    /** Returns true if a right password forgives the failures before it. */
    boolean isResetBySuccess() {
        return this == PAIR || this == OWN;
    }
}
