package dev.gatehouse.auth;

import dev.gatehouse.account.Registration;
import dev.gatehouse.account.Username;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.PasswordPolicy;
import dev.gatehouse.platform.Fields;
import dev.gatehouse.platform.Problem;
import dev.gatehouse.token.IssuedToken;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/** Sign-up, login and refresh over HTTP. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Auth")
class AuthResource {
    private static final String BEARER = "bearer ";

    private final AuthService auth;
    private final PasswordPolicy policy;
    private final SignupConfig signupConfig;

    AuthResource(AuthService auth, PasswordPolicy policy, SignupConfig signupConfig) {
        this.auth = auth;
        this.policy = policy;
        this.signupConfig = signupConfig;
    }

    /** A name and a password. Members are null when they are missing or not strings. */
    @Schema(requiredProperties = {"username", "password"})
    record Credentials(
            @Schema(examples = "flyingsponge") @Nullable String username,
            @Schema(examples = "SpongePassword") @Nullable String password) {
        @Override
        public String toString() {
            return "Credentials[redacted]";
        }
    }

    /** {@code key} is the seed's name for the username. */
    record SignedUp(String key, String username, Instant createdAt) {}

    /** {@code token} is the seed's name for the access token; the others are those of RFC 6749, 5.1. */
    record TokenAnswer(String token, String accessToken, String tokenType, long expiresIn) {
        static TokenAnswer of(IssuedToken issued) {
            return new TokenAnswer(
                    issued.compact(),
                    issued.compact(),
                    "Bearer",
                    issued.expiresIn().toSeconds());
        }

        @Override
        public String toString() {
            return "TokenAnswer[redacted]";
        }
    }

    @POST
    @Path("/signup")
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseStatus(201)
    @Operation(summary = "Make an account")
    @APIResponseSchema(value = SignedUp.class, responseCode = "201", responseDescription = "The account exists")
    @Extension(
            name = "x-problems",
            value = "malformed-request, validation-failed, signup-closed, account-exists, starting,"
                    + " database-unavailable")
    public SignedUp signUp(Credentials body) {
        Fields fields = new Fields();
        Username username = fields.parse("username", body.username(), Username::parseNew);
        Password password = fields.parse("password", body.password(), policy::parseNew);
        fields.check();
        if (!signupConfig.enabled()) {
            throw Problem.SIGNUP_CLOSED.toException();
        }
        return switch (auth.signUp(username, password)) {
            case Registration.Registered(Username name, Instant createdAt) ->
                new SignedUp(name.text(), name.text(), createdAt);
            case Registration.NameTaken taken -> throw Problem.ACCOUNT_EXISTS.toException();
        };
    }

    @POST
    @Path("/login")
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @Operation(summary = "Exchange a name and a password for an access token")
    @APIResponseSchema(value = TokenAnswer.class, responseDescription = "A new access token")
    @Extension(
            name = "x-problems",
            value = "malformed-request, validation-failed, invalid-credentials, starting, database-unavailable")
    public TokenAnswer login(Credentials body) {
        Fields fields = new Fields();
        Username username = fields.parse("username", body.username(), Username::parse);
        Password password = fields.parse("password", body.password(), Password::parse);
        fields.check();
        return switch (auth.login(username, password)) {
            case LoginOutcome.LoggedIn(IssuedToken token) -> TokenAnswer.of(token);
            case LoginOutcome.InvalidCredentials refused -> throw Problem.INVALID_CREDENTIALS.toException();
        };
    }

    @GET
    @Path("/refresh_token")
    @NonBlocking
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @Operation(summary = "Exchange an access token for a new one")
    @APIResponseSchema(value = TokenAnswer.class, responseDescription = "A new access token")
    @SecurityRequirement(name = "SecurityScheme")
    @Extension(name = "x-no-head", value = "true", parseValue = true)
    @Extension(name = "x-problems", value = "not-authenticated, invalid-token, token-expired, starting")
    public TokenAnswer refresh(@Parameter(hidden = true) @HeaderParam("Authorization") @Nullable String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw Problem.NOT_AUTHENTICATED.toException();
        }
        return switch (auth.refresh(authorization.substring(BEARER.length()))) {
            case RefreshOutcome.Refreshed(IssuedToken token) -> TokenAnswer.of(token);
            case RefreshOutcome.TooLate late -> throw Problem.TOKEN_EXPIRED.toException();
            case RefreshOutcome.InvalidToken invalid -> throw Problem.INVALID_TOKEN.toException();
        };
    }

    @POST
    @Path("/refresh_token")
    @NonBlocking
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @Operation(summary = "Exchange an access token for a new one")
    @APIResponseSchema(value = TokenAnswer.class, responseDescription = "A new access token")
    @SecurityRequirement(name = "SecurityScheme")
    @Extension(name = "x-problems", value = "not-authenticated, invalid-token, token-expired, starting")
    public TokenAnswer refreshByPost(
            @Parameter(hidden = true) @HeaderParam("Authorization") @Nullable String authorization) {
        return refresh(authorization);
    }
}
