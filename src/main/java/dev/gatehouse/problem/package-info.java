/**
 * Problem documents (RFC 9457): the types of refusals, and the exceptions that become them. Promises that no text of a fault reaches a client.
 */
@NullMarked
package dev.gatehouse.problem;

import org.jspecify.annotations.NullMarked;
