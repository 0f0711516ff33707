/**
 * The order in which a request is judged, in {@link dev.gatehouse.http.FrontGate}; routes, bodies, media types, compression, strict JSON,
 * whether a client still waits for its answer, and the documentation page. Promises a problem document for each refusal.
 */
@NullMarked
package dev.gatehouse.http;

import org.jspecify.annotations.NullMarked;
