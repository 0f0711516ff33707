/**
 * Sign-up, login, refresh and logout. {@link dev.gatehouse.auth.AuthService} is the act, made of the rooms
 * below; the resource only speaks HTTP.
 */
@NullMarked
package dev.gatehouse.auth;

import org.jspecify.annotations.NullMarked;
