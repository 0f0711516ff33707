/**
 * Problem documents (RFC 9457): the types of refusals, the exceptions that become them, and their responses in the OpenAPI document.
 * Promises that no text of a fault reaches a client.
 */
@NullMarked
package dev.gatehouse.problem;

import org.jspecify.annotations.NullMarked;
