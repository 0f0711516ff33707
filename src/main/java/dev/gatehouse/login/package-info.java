/**
 * Owns the one check of a password, for every call that needs one: the attempt is reserved, the password is verified, the act is done,
 * the end is settled, and a wrong password is audited. Promises that a password which was changed meanwhile opens nothing, that a guess
 * is answered only once it is counted, and that nobody who gave the right password counts as having failed.
 */
@NullMarked
package dev.gatehouse.login;

import org.jspecify.annotations.NullMarked;
