package dev.gatehouse.database;

import java.sql.Connection;

/**
 * Fired each second while the database answers, in the thread that watches it, after {@link DatabaseReached}. An observer
 * may read what it must know of soon; it is quick and does not throw, since others wait for it.
 *
 * @param connection the watch's own, in auto-commit mode
 */
public record DatabaseProbed(Connection connection) {}
