package dev.gatehouse.key;

import com.fasterxml.jackson.annotation.JsonInclude;
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
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The public keys, for services that check access tokens by themselves. */
@Path("/.well-known/jwks.json")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Verification")
class JwksResource {
    private static final String CACHE_CONTROL = "public, max-age=" + KeySchedule.JWKS_MAX_AGE.toSeconds();

    /** The form of the text that {@link JwkSet} keeps, for the OpenAPI document. */
    @Schema(name = "JwkSet", description = "A JWK Set (RFC 7517, 5).")
    record PublicKeys(
            @Schema(description = "The public keys of access tokens. Empty if a shared secret signs them.")
            List<PublicKey> keys) {}

    /** As {@link PublicKeys}. Which of the last members a key has depends on its type. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "Jwk", description = "A public key (RFC 7517, 4).")
    record PublicKey(
            @Schema(
                    description = "The type of the key.",
                    enumeration = {"EC", "RSA", "OKP"},
                    examples = "EC")
            String kty,

            @Schema(description = "The use of the key.", constValue = "sig", examples = "sig")
            String use,

            @Schema(
                    description = "The thumbprint of the key (RFC 7638), as in the header of access tokens.",
                    examples = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
            String kid,

            @Schema(
                    description = "The algorithm for which the key is used.",
                    enumeration = {"ES256", "RS256", "EdDSA"},
                    examples = "ES256")
            String alg,

            @Schema(
                    description = "The curve. Present with `EC` and `OKP`.",
                    enumeration = {"P-256", "Ed25519"},
                    examples = "P-256")
            @Nullable
            String crv,

            @Schema(
                    description = "The x coordinate, or the public key. Present with `EC` and `OKP`.",
                    examples = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4")
            @Nullable
            String x,

            @Schema(
                    description = "The y coordinate. Present with `EC`.",
                    examples = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")
            @Nullable
            String y,

            @Schema(description = "The modulus. Present with `RSA`.") @Nullable
            String n,

            @Schema(description = "The exponent. Present with `RSA`.") @Nullable
            String e) {}

    private final ServiceKeys serviceKeys;

    JwksResource(ServiceKeys serviceKeys) {
        this.serviceKeys = serviceKeys;
    }

    @GET
    @NonBlocking
    @Operation(
            operationId = "readJwkSet",
            summary = "Read the public keys of access tokens",
            description =
                    "Returns the keys as a JWK Set. Read it again if an access token names a key that is not in it.")
    @APIResponse(
            responseCode = "200",
            description = "The JWK Set, which may be cached for five minutes.",
            headers = {@Header(name = "ETag", ref = "ETag"), @Header(name = "Cache-Control", ref = "Cache-Control")},
            content = @Content(schema = @Schema(implementation = PublicKeys.class)))
    @APIResponse(
            responseCode = "304",
            description = "The JWK Set is that of the `ETag` in `If-None-Match`.",
            headers = {@Header(name = "ETag", ref = "ETag"), @Header(name = "Cache-Control", ref = "Cache-Control")})
    @RoutePolicy(anyOrigin = true)
    public RestResponse<String> jwks(
            @Parameter(
                            description = "The `ETag` of a JWK Set that the client has.",
                            schema = @Schema(type = SchemaType.STRING))
                    @HeaderParam("If-None-Match")
                    List<String> ifNoneMatch) {
        JwkSet set = serviceKeys.keys().jwkSet();
        String etag = "\"" + set.etag() + "\"";
        RestResponse.ResponseBuilder<String> answer = EntityTags.matchWeakly(etag, ifNoneMatch)
                ? RestResponse.ResponseBuilder.create(RestResponse.Status.NOT_MODIFIED)
                : RestResponse.ResponseBuilder.ok(set.json());
        return answer.header("ETag", etag)
                .header("Cache-Control", CACHE_CONTROL)
                .build();
    }
}
