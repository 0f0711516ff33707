/**
 * Owns the preparation of usernames by PRECIS (RFC 8264 and 8265). Promises that a prepared name is prepared to itself, and that a
 * name is the same name on every JVM that accepts it.
 */
@NullMarked
package dev.gatehouse.precis;

import org.jspecify.annotations.NullMarked;
