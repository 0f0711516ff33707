package dev.gatehouse.token;

import dev.gatehouse.http.RoutePolicy;
import dev.gatehouse.session.Subject;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** Tells a reverse proxy whose access token came with a request, so that what stands behind it need not check any. */
@Path("/verify")
@Tag(name = "Verification", description = "Check access tokens, by asking the service or with its public keys.")
class VerifyResource {
    private final SecurityIdentity identity;

    VerifyResource(SecurityIdentity identity) {
        this.identity = identity;
    }

    @GET
    @Authenticated
    @NonBlocking
    @Operation(
            operationId = "verify",
            summary = "Check an access token, for reverse proxies",
            description =
                    "Reads only the `Authorization` field. A proxy may send the method, the query, `Origin`, `Accept`"
                            + " and `Content-Type` of the request that it forwards: the service ignores them.")
    @APIResponse(
            responseCode = "204",
            description = "The access token is valid.",
            headers = {
                @Header(
                        name = "X-Auth-Subject",
                        description = "The username in UTF-8. Each byte outside the unreserved set of RFC 3986 is"
                                + " percent-encoded.",
                        schema = @Schema(type = SchemaType.STRING, examples = "flyingsponge")),
                @Header(
                        name = "X-Auth-Session",
                        description = "The id of the session.",
                        schema =
                                @Schema(
                                        type = SchemaType.STRING,
                                        format = "uuid",
                                        examples = "3f2b8c9e-6a54-4d0e-9b1c-7e5d2a1f0c36")),
                @Header(name = "Cache-Control", ref = "Cache-Control")
            })
    @RoutePolicy(anyMethod = true)
    public RestResponse<Void> verify() {
        Subject subject = (Subject) identity.getPrincipal();
        return RestResponse.ResponseBuilder.<Void>noContent()
                .header("X-Auth-Subject", percentEncoded(subject.username()))
                .header("X-Auth-Session", subject.sessionId())
                .header("Cache-Control", "no-store") // Judged apart by the gate, as any method.
                .build();
    }

    /** Encodes every byte outside the unreserved set (RFC 3986, 2.3). A form is encoded alike but for three characters. */
    static String percentEncoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
