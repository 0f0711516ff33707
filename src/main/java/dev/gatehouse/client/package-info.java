/**
 * Who calls: the address, which trusted proxies may tell, and the name of the program. Promises that nobody but a trusted proxy has a
 * say in the address.
 */
@NullMarked
package dev.gatehouse.client;

import org.jspecify.annotations.NullMarked;
