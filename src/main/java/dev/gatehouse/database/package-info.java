/**
 * Watches the database and bounds what is waited for: whether it answers, whether its schema is current, which rights the role lacks.
 * Runs all statements that are not entities' ({@link Sql}).
 * Promises that one statement tells an absent database from a fault of ours, and that nobody waits longer than documented.
 */
@NullMarked
package dev.gatehouse.database;

import org.jspecify.annotations.NullMarked;
