package dev.gatehouse.account;

import java.time.Instant;

/** What holders of an account see of it. */
record AccountView(String username, Instant createdAt, Instant passwordChangedAt) {}
