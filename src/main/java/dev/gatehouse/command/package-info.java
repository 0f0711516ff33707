/** Owns what the program does when it is started: the service, or a command that prints something and ends. */
@NullMarked
package dev.gatehouse.command;

import org.jspecify.annotations.NullMarked;
