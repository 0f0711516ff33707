/** What the tests share: a client, a clock, and the packaged application as a process. */
@NullMarked
package dev.gatehouse;

import org.jspecify.annotations.NullMarked;
