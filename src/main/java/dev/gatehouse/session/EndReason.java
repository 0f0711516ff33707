package dev.gatehouse.session;

import java.util.Locale;

/** Why a session ended, as it stands in its row in lower case. */
enum EndReason {
    LOGOUT,
    REVOKED,
    DISPLACED,
    REUSE,
    PASSWORD_CHANGED,
    ACCOUNT_DELETED;

    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }
}
