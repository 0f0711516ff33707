/**
 * Owns sessions, one a login, and the refresh token. Promises that a refresh moves a session's generation on exactly once
 * however many clients race for it, that a credential which was exchanged before ends its session, and that what has
 * ended is known to every replica within two seconds.
 */
@NullMarked
package dev.gatehouse.session;

import org.jspecify.annotations.NullMarked;
