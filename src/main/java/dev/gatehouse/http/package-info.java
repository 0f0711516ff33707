/**
 * The order in which a request is judged, in {@link dev.gatehouse.http.FrontGate}; routes, bodies, media types, strict JSON, and the
 * documentation page. Promises a problem document for each refusal.
 */
@NullMarked
package dev.gatehouse.http;

import org.jspecify.annotations.NullMarked;
