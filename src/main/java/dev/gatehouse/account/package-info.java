/**
 * Owns accounts, the names that are taken, and what holders do with their account. Promises that of any number of sign-ups
 * for one name one wins, that a password which was changed or replaced meanwhile opens nothing, and that a change of the
 * password or a deletion happens together with the end of every session, or not at all.
 */
@NullMarked
package dev.gatehouse.account;

import org.jspecify.annotations.NullMarked;
