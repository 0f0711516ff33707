/** The seed's two pages: one that is open, and one that only holders of an access token see. */
@NullMarked
package dev.gatehouse.demo;

import org.jspecify.annotations.NullMarked;
