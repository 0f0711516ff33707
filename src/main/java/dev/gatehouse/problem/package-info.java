/**
 * Problem documents (RFC 9457): what a type of refusal is, the types that belong to no single feature, and the exceptions that become problem documents. Promises that no text of a fault reaches a client.
 */
@NullMarked
package dev.gatehouse.problem;

import org.jspecify.annotations.NullMarked;
