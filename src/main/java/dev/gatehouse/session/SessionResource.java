package dev.gatehouse.session;

import dev.gatehouse.client.Clients;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.CommonProblems;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What holders of an access token see of their account's sessions, and how they end them. */
@Path("/sessions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sessions")
class SessionResource {
    private final Sessions sessions;
    private final SecurityIdentity identity;
    private final Clients clients;

    SessionResource(Sessions sessions, SecurityIdentity identity, Clients clients) {
        this.sessions = sessions;
        this.identity = identity;
        this.clients = clients;
    }

    /** {@code current} marks the session of the token that was sent. */
    record SessionView(
            UUID id,
            Instant createdAt,
            Instant lastUsedAt,
            Instant expiresAt,
            @Nullable String userAgent,
            @Nullable String address,
            boolean current) {
        static SessionView of(Session session, UUID caller) {
            return new SessionView(
                    session.id,
                    session.createdAt,
                    session.lastUsedAt,
                    session.expiresAt(),
                    session.userAgent,
                    session.address,
                    session.id.equals(caller));
        }
    }

    @GET
    @Authenticated
    @RunOnVirtualThread
    @Operation(summary = "The account's live sessions, the one used last first")
    public List<SessionView> list() {
        UUID caller = caller();
        List<SessionView> views = sessions.ofTheAccountOf(caller).stream()
                .map(session -> SessionView.of(session, caller))
                .toList();
        if (views.isEmpty()) {
            throw CommonProblem.INVALID_TOKEN.toException();
        }
        return views;
    }

    @DELETE
    @Authenticated
    @RunOnVirtualThread
    @Operation(summary = "End all of the account's sessions, this one too")
    @APIResponse(responseCode = "204", description = "They have ended")
    public void revokeAll() {
        answer(sessions.revokeAll(caller(), clients.current()));
    }

    @DELETE
    @Path("/{id}")
    @Authenticated
    @RunOnVirtualThread
    @Operation(summary = "End one of the account's sessions")
    @APIResponse(responseCode = "204", description = "It has ended")
    @CommonProblems(CommonProblem.NOT_FOUND)
    public void revoke(@PathParam("id") String id) {
        answer(sessions.revoke(caller(), sessionId(id), clients.current()));
    }

    private static void answer(Revocation outcome) {
        switch (outcome) {
            case REVOKED -> {}
            case NO_SUCH_SESSION -> throw CommonProblem.NOT_FOUND.toException();
            case CALLER_ENDED -> throw CommonProblem.INVALID_TOKEN.toException();
        }
    }

    /** What is not an id in its written form, in either case (RFC 9562, 4), is no session's. */
    private static UUID sessionId(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Not an id at all.
        }
        throw CommonProblem.NOT_FOUND.toException();
    }

    private UUID caller() {
        return ((Subject) identity.getPrincipal()).sessionId();
    }
}
