/**
 * Owns the access token: makes it and checks it, strictly and in one place, for resources marked
 * {@code @Authenticated} and for the calls that take a token themselves; and makes the answer of every call that hands out tokens.
 */
@NullMarked
package dev.gatehouse.token;

import org.jspecify.annotations.NullMarked;
