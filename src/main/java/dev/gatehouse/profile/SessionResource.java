package dev.gatehouse.profile;

import dev.gatehouse.account.Accounts;
import dev.gatehouse.client.Clients;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.CommonProblems;
import dev.gatehouse.session.Sessions;
import dev.gatehouse.session.Sessions.RevocationOutcome;
import dev.gatehouse.session.Subject;
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
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What holders of an access token see of their account's sessions, and how they end them. */
@Path("/sessions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sessions", description = "List and end the sessions of the account of the access token.")
class SessionResource {
    private static final String ID_EXAMPLE = "3f2b8c9e-6a54-4d0e-9b1c-7e5d2a1f0c36";

    private final Accounts accounts;
    private final Sessions sessions;
    private final SecurityIdentity identity;
    private final Clients clients;

    SessionResource(Accounts accounts, Sessions sessions, SecurityIdentity identity, Clients clients) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.identity = identity;
        this.clients = clients;
    }

    /** {@code current} marks the session of the token that was sent. */
    @Schema(name = "Session", description = "A live session.")
    record SessionView(
            @Schema(description = "The id of the session.", examples = ID_EXAMPLE)
            UUID id,

            @Schema(description = "When the session was started.", examples = "2026-11-20T18:02:11.654321Z")
            Instant createdAt,

            @Schema(
                    description = "When its tokens were last refreshed, or when it was started.",
                    examples = "2026-11-21T08:15:00.5Z")
            Instant lastUsedAt,

            @Schema(
                    description =
                            "When the session ends. Refreshing its tokens moves this time, but not beyond 30 days after the"
                                    + " login, unless the service is configured otherwise.",
                    examples = "2026-11-28T08:15:00.5Z")
            Instant expiresAt,

            @Schema(
                    description = "The first 256 characters of `User-Agent` at login, if there was any.",
                    examples = "curl/8.14.1")
            @Nullable
            String userAgent,

            @Schema(description = "The IP address of the client at login, if known.", examples = "192.0.2.7") @Nullable
            String address,

            @Schema(description = "True for the session of the access token that was sent.", examples = "true")
            boolean current) {
        static SessionView of(Sessions.Listed session, UUID caller) {
            return new SessionView(
                    session.id(),
                    session.createdAt(),
                    session.lastUsedAt(),
                    session.expiresAt(),
                    session.userAgent(),
                    session.address(),
                    session.id().equals(caller));
        }
    }

    @GET
    @Authenticated
    @RunOnVirtualThread
    @Operation(
            operationId = "listSessions",
            summary = "List the live sessions of the account",
            description = "Returns all live sessions, at most 100. The session used last is the first.")
    @APIResponseSchema(value = SessionView[].class, responseCode = "200", responseDescription = "The live sessions.")
    public List<SessionView> list() {
        UUID caller = caller();
        List<SessionView> views = sessions.list(caller).stream()
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
    @Operation(
            operationId = "endAllSessions",
            summary = "End all sessions of the account",
            description = "Ends the session of the access token as well.")
    @APIResponse(responseCode = "204", description = "All sessions have ended.")
    public void revokeAll() {
        answer(accounts.endSessions(caller(), clients.current()));
    }

    @DELETE
    @Path("/{id}")
    @Authenticated
    @RunOnVirtualThread
    @Operation(
            operationId = "endSession",
            summary = "End a session of the account",
            description = "The session may be that of the access token. A session that has ended is not found.")
    @APIResponse(responseCode = "204", description = "The session has ended.")
    @CommonProblems(CommonProblem.NOT_FOUND)
    public void revoke(
            @Parameter(
                            description = "The id of the session, as `GET /sessions` returns it.",
                            schema = @Schema(type = SchemaType.STRING, format = "uuid"),
                            example = ID_EXAMPLE)
                    @PathParam("id")
                    String id) {
        answer(sessions.revoke(caller(), sessionId(id), clients.current()));
    }

    private static void answer(RevocationOutcome outcome) {
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
