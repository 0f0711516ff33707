/**
 * The Postgres of dev mode and the tests: a real server, from binaries that come with the build. Does nothing in the
 * packaged application, which carries neither the binaries nor the library that starts them.
 */
@NullMarked
package dev.gatehouse.development;

import org.jspecify.annotations.NullMarked;
