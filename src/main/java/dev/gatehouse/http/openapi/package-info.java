/**
 * What the OpenAPI document says beyond the annotations of resource methods: problems, bodies, credentials and the marks of routes. All of it
 * works while the application is built. Promises that an annotation without effect fails the build.
 */
@NullMarked
package dev.gatehouse.http.openapi;

import org.jspecify.annotations.NullMarked;
