package dev.gatehouse.database;

/**
 * Fired once after start, in the thread that watches the database, as soon as that has been reached and its schema is
 * current. An observer reads what its feature cannot answer without; if one throws, all are called again later, and
 * until none does, calls are refused with {@code Problem.STARTING}.
 */
public record DatabaseReached() {}
