/**
 * What every feature stands on and what knows none of them: the order in which a request is judged
 * ({@link dev.gatehouse.platform.FrontGate}), problem documents, strict JSON, the clock, and the database's coming and
 * going. Nothing here may use a feature's package.
 */
@NullMarked
package dev.gatehouse.platform;

import org.jspecify.annotations.NullMarked;
