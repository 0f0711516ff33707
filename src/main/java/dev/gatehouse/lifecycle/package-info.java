/**
 * The life of the process: the clock, what traffic and readiness depend on, sweeping, and the end, which lets calls finish.
 */
@NullMarked
package dev.gatehouse.lifecycle;

import org.jspecify.annotations.NullMarked;
