/**
 * Owns the keys: the secret that signs access tokens, named by its {@code kid}, the key that makes refresh tokens
 * authentic, and the key under which names that must not be stored in clear are hashed. No key leaves this package as bytes.
 */
@NullMarked
package dev.gatehouse.key;

import org.jspecify.annotations.NullMarked;
