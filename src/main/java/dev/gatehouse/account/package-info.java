/**
 * Owns accounts and the names that are taken. Promises that of any number of sign-ups for one name one wins, and that a
 * password which was changed or replaced meanwhile is never confirmed.
 */
@NullMarked
package dev.gatehouse.account;

import org.jspecify.annotations.NullMarked;
