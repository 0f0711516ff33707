/**
 * Hashes, message authentication codes and strict UTF-8, for every package. Knows no key and no feature.
 */
@NullMarked
package dev.gatehouse.crypto;

import org.jspecify.annotations.NullMarked;
