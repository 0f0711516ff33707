/**
 * Owns who has to wait: counts failed logins for a name, from a network and for a name from a network, wrong passwords of a
 * session, and sign-ups, in Postgres and thus for all replicas. Promises that guesses are bounded also when they come at once,
 * that nobody elsewhere can make an owner wait who logs in from a known network, and that neither names nor addresses are stored in
 * clear.
 */
@NullMarked
package dev.gatehouse.throttle;

import org.jspecify.annotations.NullMarked;
