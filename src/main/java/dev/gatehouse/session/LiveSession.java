package dev.gatehouse.session;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A session as it stands after a login or a refresh: what tokens are made of.
 *
 * @param subject the username
 * @param generation 1 at login, one more after each refresh that was not answered out of the grace
 * @param authenticatedAt when the password was checked, in whole seconds; refreshing does not move it
 * @param absoluteLimit when it ends whatever happens, in whole seconds rounded down
 * @param refreshableFor how long its refresh token is good unless it is used, rounded to whole seconds
 * @param issuedAt the {@code iat} of its access token, by this replica's clock
 */
public record LiveSession(
        UUID id,
        String subject,
        long generation,
        Instant authenticatedAt,
        Instant absoluteLimit,
        Duration refreshableFor,
        Instant issuedAt) {
    /**
     * Reads the first six columns of a row, in the order of the members, with instants in seconds since 1970.
     *
     * @param issuedAt the last member
     */
    static LiveSession of(ResultSet row, Instant issuedAt) throws SQLException {
        return new LiveSession(
                row.getObject(1, UUID.class),
                row.getString(2),
                row.getLong(3),
                Instant.ofEpochSecond(row.getLong(4)),
                Instant.ofEpochSecond(row.getLong(5)),
                Duration.ofSeconds(row.getLong(6)),
                issuedAt);
    }
}
