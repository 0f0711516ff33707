package dev.gatehouse.key;

import dev.gatehouse.http.EntityTags;
import dev.gatehouse.http.RoutePolicy;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The public keys, for services that check access tokens by themselves. */
@Path("/.well-known/jwks.json")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Verification")
class JwksResource {
    private static final String CACHE_CONTROL = "public, max-age=" + KeySchedule.JWKS_MAX_AGE.toSeconds();

    private final Keyring keyring;

    JwksResource(Keyring keyring) {
        this.keyring = keyring;
    }

    @GET
    @NonBlocking
    @Operation(summary = "The public keys of access tokens, as a JWK Set (RFC 7517); empty where a shared secret signs")
    @APIResponse(responseCode = "200", description = "Good for five minutes")
    @APIResponse(responseCode = "304", description = "Still what the ETag in If-None-Match stands for")
    @RoutePolicy(anyOrigin = true)
    public RestResponse<String> jwks(@HeaderParam("If-None-Match") List<String> ifNoneMatch) {
        JwkSet set = keyring.keys().jwkSet();
        String etag = "\"" + set.etag() + "\"";
        RestResponse.ResponseBuilder<String> answer = EntityTags.matchWeakly(etag, ifNoneMatch)
                ? RestResponse.ResponseBuilder.create(RestResponse.Status.NOT_MODIFIED)
                : RestResponse.ResponseBuilder.ok(set.json());
        return answer.header("ETag", etag)
                .header("Cache-Control", CACHE_CONTROL)
                .build();
    }
}
