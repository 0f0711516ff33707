/**
 * Owns the one check of a password, for every call that needs one: the attempt is reserved, the password is verified, the act is done,
 * the end is settled, and a wrong password is audited. Promises that a password which was changed meanwhile opens nothing, that a guess
 * is answered only once it is counted, and that a right password does not count as failed while the database answers.
 */
@NullMarked
package dev.gatehouse.login;

import org.jspecify.annotations.NullMarked;
