/**
 * What a connection may cost: the handlers in the pipeline of each one, which refuse what is not HTTP and bound the time of requests and
 * responses, what is read ahead, and how many connections a client has. Promises that no request stays without an answer.
 */
@NullMarked
package dev.gatehouse.http.connection;

import org.jspecify.annotations.NullMarked;
