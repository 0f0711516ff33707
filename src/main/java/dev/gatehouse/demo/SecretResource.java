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
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Both answer on the event loop. The database is asked only while the list of ended sessions is not complete. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Demo")
class SecretResource {
    @POST
    @Path("/secret")
    @Authenticated
    @NonBlocking
    @Operation(summary = "What only holders of an access token see")
    @APIResponse(responseCode = "200", description = "A JSON string")
    public String secret() {
        return "\"Top Secret data only authorized users can access this info\"";
    }

    @GET
    @Path("/notsecret")
    @NonBlocking
    @Operation(summary = "What everybody sees")
    @APIResponse(responseCode = "200", description = "A JSON string")
    @RoutePolicy(whileStarting = true)
    public String notSecret() {
        return "\"Not secret data\"";
    }
}
