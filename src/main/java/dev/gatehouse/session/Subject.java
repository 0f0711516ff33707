package dev.gatehouse.session;

import java.security.Principal;
import java.util.UUID;

/**
 * Whom a checked access token speaks for: the principal of calls that need one. The session need not be live any more;
 * calls that use the database look.
 *
 * @param username the {@code sub} claim
 * @param sessionId the {@code sid} claim
 */
public record Subject(String username, UUID sessionId) implements Principal {
    @Override
    public String getName() {
        return username;
    }
}
