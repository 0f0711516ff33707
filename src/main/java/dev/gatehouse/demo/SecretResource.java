package dev.gatehouse.demo;

import dev.gatehouse.http.RoutePolicy;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Both answer on the event loop. The database is asked only while the list of ended sessions is not complete. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Demo", description = "Two resources to try access tokens with.")
class SecretResource {
    private static final String SECRET = "Top Secret data only authorized users can access this info";
    private static final String NOT_SECRET = "Not secret data";

    @POST
    @Path("/secret")
    @Authenticated
    @NonBlocking
    @Operation(
            operationId = "readSecret",
            summary = "Read the secret",
            description = "Answers only requests with a valid access token.")
    @APIResponse(
            responseCode = "200",
            description = "The secret, as a JSON string.",
            content = @Content(schema = @Schema(type = SchemaType.STRING, examples = SECRET)))
    public String secret() {
        return "\"" + SECRET + "\"";
    }

    @GET
    @Path("/notsecret")
    @NonBlocking
    @Operation(
            operationId = "readNotSecret",
            summary = "Read what is not secret",
            description = "Answers everyone, even before the service has reached its database.")
    @APIResponse(
            responseCode = "200",
            description = "A JSON string.",
            content = @Content(schema = @Schema(type = SchemaType.STRING, examples = NOT_SECRET)))
    @RoutePolicy(whileStarting = true)
    public String notSecret() {
        return "\"" + NOT_SECRET + "\"";
    }
}
