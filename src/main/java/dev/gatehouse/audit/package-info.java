/**
 * Owns the audit: what happened to accounts and sessions, in a table that only grows until its retention is over, and in
 * the log. Promises that an act and its event are committed together, and that no secret, token, hash of a password or
 * unknown name stands in either.
 */
@NullMarked
package dev.gatehouse.audit;

import org.jspecify.annotations.NullMarked;
