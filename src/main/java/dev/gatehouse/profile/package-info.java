/**
 * Owns what holders of an access token do with their own account: they read it, change its
 * password, delete it, and list and end its sessions.
 */
@NullMarked
package dev.gatehouse.profile;

import org.jspecify.annotations.NullMarked;
