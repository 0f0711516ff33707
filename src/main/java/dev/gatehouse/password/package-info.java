/**
 * Owns what a password is and how it is kept: mapped as PRECIS maps it, bounded in length, hashed by bcrypt in a form that the
 * seed's passlib reads. No other package sees a hash's inside or a password's text.
 */
@NullMarked
package dev.gatehouse.password;

import org.jspecify.annotations.NullMarked;
