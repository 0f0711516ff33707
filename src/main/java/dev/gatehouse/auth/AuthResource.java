package dev.gatehouse.auth;

import dev.gatehouse.account.Accounts.Registration;
import dev.gatehouse.account.Username;
import dev.gatehouse.client.Clients;
import dev.gatehouse.http.Fields;
import dev.gatehouse.http.Presences;
import dev.gatehouse.http.RoutePolicy;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.PasswordPolicy;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.CommonProblems;
import dev.gatehouse.session.Credential;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Refresh;
import dev.gatehouse.token.TokenAnswer;
import dev.gatehouse.token.TokenAnswers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/** Sign-up, login, refresh and logout over HTTP. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Auth")
class AuthResource {
    private static final String BEARER = "bearer ";
    private static final String REFRESH = "Exchange a refresh token, or an access token, for new ones";
    private static final String REFRESHED = "New tokens; for an access token an access token only";
    private final AuthService auth;
    private final PasswordPolicy policy;
    private final SignupConfig signupConfig;
    private final TokenAnswers tokenAnswers;
    private final Clients clients;
    private final Presences presences;

    AuthResource(
            AuthService auth,
            PasswordPolicy policy,
            SignupConfig signupConfig,
            TokenAnswers tokenAnswers,
            Clients clients,
            Presences presences) {
        this.auth = auth;
        this.policy = policy;
        this.signupConfig = signupConfig;
        this.tokenAnswers = tokenAnswers;
        this.clients = clients;
        this.presences = presences;
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

    @POST
    @Path("/signup")
    @RunOnVirtualThread
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseStatus(201)
    @Operation(summary = "Make an account")
    @APIResponseSchema(value = SignedUp.class, responseCode = "201", responseDescription = "The account exists")
    @CommonProblems({
        CommonProblem.MALFORMED_REQUEST,
        CommonProblem.VALIDATION_FAILED,
        CommonProblem.TOO_MANY_ATTEMPTS,
        CommonProblem.OVERLOADED,
        CommonProblem.DATABASE_UNAVAILABLE
    })
    @AuthProblems({AuthProblem.SIGNUP_CLOSED, AuthProblem.ACCOUNT_EXISTS})
    public SignedUp signUp(Credentials body) {
        Fields fields = new Fields();
        Username username = fields.parse("username", body.username(), Username::parseNew);
        Password password = fields.parse("password", body.password(), typed -> policy.parseNew(typed, body.username()));
        fields.check();
        if (!signupConfig.enabled()) {
            throw AuthProblem.SIGNUP_CLOSED.toException();
        }
        return switch (auth.signUp(username, password, clients.current(), call())) {
            case Registration.Registered(Username name, Instant createdAt) ->
                new SignedUp(name.text(), name.text(), createdAt);
            case Registration.NameTaken taken -> throw AuthProblem.ACCOUNT_EXISTS.toException();
            case Registration.TooManyAttempts(Duration wait) -> throw CommonProblem.TOO_MANY_ATTEMPTS.toException(wait);
        };
    }

    @POST
    @Path("/login")
    @RunOnVirtualThread
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @Operation(summary = "Exchange a name and a password for tokens")
    @APIResponseSchema(value = TokenAnswer.class, responseDescription = "The tokens of a new session")
    @CommonProblems({
        CommonProblem.MALFORMED_REQUEST,
        CommonProblem.VALIDATION_FAILED,
        CommonProblem.TOO_MANY_ATTEMPTS,
        CommonProblem.OVERLOADED,
        CommonProblem.DATABASE_UNAVAILABLE
    })
    @AuthProblems(AuthProblem.INVALID_CREDENTIALS)
    public TokenAnswer login(Credentials body) {
        Fields fields = new Fields();
        Username username = fields.parse("username", body.username(), Username::parse);
        Password password = fields.parse("password", body.password(), Password::parse);
        fields.check();
        tokenAnswers.requireKeys();
        return switch (auth.login(new AuthService.Login(username, password, clients.current(), call()))) {
            case LoginOutcome.LoggedIn(LiveSession session) -> tokenAnswers.withRefreshToken(session);
            case LoginOutcome.InvalidCredentials refused -> throw AuthProblem.INVALID_CREDENTIALS.toException();
            case LoginOutcome.TooManyAttempts(Duration wait) -> throw CommonProblem.TOO_MANY_ATTEMPTS.toException(wait);
        };
    }

    @GET
    @Path("/refresh_token")
    @RunOnVirtualThread
    @Operation(summary = REFRESH)
    @APIResponseSchema(value = TokenAnswer.class, responseDescription = REFRESHED)
    @SecurityRequirement(name = "SecurityScheme")
    @RoutePolicy(head = false)
    @CommonProblems({
        CommonProblem.NOT_AUTHENTICATED,
        CommonProblem.INVALID_TOKEN,
        CommonProblem.TOKEN_EXPIRED,
        CommonProblem.DATABASE_UNAVAILABLE
    })
    @AuthProblems(AuthProblem.SESSION_ENDED)
    public TokenAnswer refresh(@Parameter(hidden = true) @HeaderParam("Authorization") @Nullable String authorization) {
        String token = bearer(authorization);
        tokenAnswers.requireKeys();
        return switch (auth.refresh(token, clients.current())) {
            case Refresh.Refreshed(LiveSession session, Credential.OfRefreshToken by) ->
                tokenAnswers.withRefreshToken(session);
            case Refresh.Refreshed(LiveSession session, Credential.OfAccessToken by) ->
                tokenAnswers.withoutRefreshToken(session);
            case Refresh.TooLate late -> throw CommonProblem.TOKEN_EXPIRED.toException();
            case Refresh.SessionEnded ended -> throw AuthProblem.SESSION_ENDED.toException();
            case Refresh.Refused refused -> throw CommonProblem.INVALID_TOKEN.toException();
        };
    }

    @POST
    @Path("/refresh_token")
    @RunOnVirtualThread
    @Operation(summary = REFRESH)
    @APIResponseSchema(value = TokenAnswer.class, responseDescription = REFRESHED)
    @SecurityRequirement(name = "SecurityScheme")
    @CommonProblems({
        CommonProblem.NOT_AUTHENTICATED,
        CommonProblem.INVALID_TOKEN,
        CommonProblem.TOKEN_EXPIRED,
        CommonProblem.DATABASE_UNAVAILABLE
    })
    @AuthProblems(AuthProblem.SESSION_ENDED)
    public TokenAnswer refreshByPost(
            @Parameter(hidden = true) @HeaderParam("Authorization") @Nullable String authorization) {
        return refresh(authorization);
    }

    @POST
    @Path("/logout")
    @RunOnVirtualThread
    @Operation(summary = "End the session of any token of it, expired or older too")
    @APIResponse(responseCode = "204", description = "It has ended, now or before")
    @SecurityRequirement(name = "SecurityScheme")
    @CommonProblems({CommonProblem.NOT_AUTHENTICATED, CommonProblem.INVALID_TOKEN, CommonProblem.DATABASE_UNAVAILABLE})
    public void logOut(@Parameter(hidden = true) @HeaderParam("Authorization") @Nullable String authorization) {
        if (!auth.logOut(bearer(authorization), clients.current())) {
            throw CommonProblem.INVALID_TOKEN.toException();
        }
    }

    private PendingCall call() {
        return PendingCall.of(presences.current());
    }

    /** The token of an {@code Authorization} field (RFC 6750, 2.1), whose scheme is case-insensitive and followed by any number of blanks. */
    private static String bearer(@Nullable String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw CommonProblem.NOT_AUTHENTICATED.toException();
        }
        return authorization.substring(BEARER.length()).replaceFirst("^ +", "");
    }
}
