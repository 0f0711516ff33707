package dev.gatehouse.auth;

import dev.gatehouse.account.Accounts.SignUpOutcome;
import dev.gatehouse.account.Username;
import dev.gatehouse.client.Clients;
import dev.gatehouse.http.Fields;
import dev.gatehouse.http.IdempotencyKey;
import dev.gatehouse.http.RoutePolicy;
import dev.gatehouse.http.WaitingClients;
import dev.gatehouse.http.openapi.ApiDescription;
import dev.gatehouse.login.PasswordCheck.Claim;
import dev.gatehouse.login.PasswordCheck.Claimant;
import dev.gatehouse.login.PasswordCheck.PasswordCheckOutcome;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.PasswordPolicy;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.CommonProblems;
import dev.gatehouse.session.Credential;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.RefreshOutcome;
import dev.gatehouse.token.TokenResponse;
import dev.gatehouse.token.TokenResponses;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
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
@Tag(name = "Auth", description = "Sign up, log in, refresh tokens and log out.")
class AuthResource {
    private static final String BEARER = "bearer ";
    private static final String REFRESHED =
            "New tokens. In exchange for an access token, the response has no refresh token.";
    private static final String REFRESH_DESCRIPTION =
            "Takes a refresh token, or an access token until 24 hours after it expired, unless the service is configured"
                    + " otherwise. The two tokens exchanged last can be exchanged again for 30 seconds, unless the service is"
                    + " configured otherwise, and return the session's current tokens. Using an older token, or one of"
                    + " them later, ends the session, unless an `Idempotency-Key` repeats the last exchange. Once a refresh token of the session has been used, the current"
                    + " access token is refused here and nothing changes.";
    private static final String KEY_DESCRIPTION =
            "A random key of visible ASCII characters, bare or as a string of RFC 8941. Store it before the first attempt, and"
                    + " use it for each attempt with the same refresh token. If the response is lost, the same token and key"
                    + " return the session's current tokens, also after the 30 seconds. Choose another key for the next token."
                    + " Ignored with an access token.";
    private static final String KEY_EXAMPLE = "8e03978e-40d5-43e8-bc93-6894a57f9324";
    private static final String USERNAME_EXAMPLE = "flyingsponge";
    private static final String PASSWORD_EXAMPLE = "SpongePassword";

    private final AuthService auth;
    private final PasswordPolicy policy;
    private final SignupConfig signupConfig;
    private final TokenResponses tokenResponses;
    private final Clients clients;
    private final WaitingClients waitingClients;

    AuthResource(
            AuthService auth,
            PasswordPolicy policy,
            SignupConfig signupConfig,
            TokenResponses tokenResponses,
            Clients clients,
            WaitingClients waitingClients) {
        this.auth = auth;
        this.policy = policy;
        this.signupConfig = signupConfig;
        this.tokenResponses = tokenResponses;
        this.clients = clients;
        this.waitingClients = waitingClients;
    }

    /** The username and the password of a new account. Members are null when they are missing or not strings. */
    @Schema(
            description = "The username and the password of a new account.",
            requiredProperties = {"username", "password"})
    record NewAccount(
            @Schema(
                    description = "The service maps it to lower case and normalizes it (RFC 8265, UsernameCaseMapped)."
                            + " The length is that of the result, in code points.",
                    minLength = 1,
                    maxLength = Username.MAX_LENGTH,
                    examples = USERNAME_EXAMPLE)
            @Nullable
            String username,

            @Schema(
                    description = "The length is in code points. The minimum is 8 unless the service is configured"
                            + " otherwise. The service refuses common passwords, also"
                            + " with digits behind them, the username, its reverse and the name of the service. It"
                            + " refuses control characters and code points that are not assigned.",
                    format = "password",
                    writeOnly = true,
                    minLength = PasswordPolicy.DEFAULT_MIN_LENGTH,
                    maxLength = Password.MAX_LENGTH,
                    examples = PASSWORD_EXAMPLE)
            @Nullable
            String password) {
        @Override
        public String toString() {
            return "NewAccount[redacted]";
        }
    }

    /** The username and the password of a login. Members are null when they are missing or not strings. */
    @Schema(
            description = "The username and the password of an account.",
            requiredProperties = {"username", "password"})
    record Credentials(
            @Schema(
                    description = "The username in any form that sign-up maps to the name of the account.",
                    minLength = 1,
                    maxLength = Username.MAX_CANDIDATE_LENGTH,
                    examples = USERNAME_EXAMPLE)
            @Nullable
            String username,

            @Schema(
                    description = "The password of the account.",
                    format = "password",
                    writeOnly = true,
                    minLength = 1,
                    maxLength = Password.MAX_LENGTH,
                    examples = PASSWORD_EXAMPLE)
            @Nullable
            String password) {
        @Override
        public String toString() {
            return "Credentials[redacted]";
        }
    }

    /** {@code key} is the seed's name for the username. */
    @Schema(description = "A new account.")
    record SignedUp(
            @Schema(description = "The same as `username`.", examples = USERNAME_EXAMPLE)
            String key,

            @Schema(
                    description = "The username in the form in which the service stores it.",
                    examples = USERNAME_EXAMPLE)
            String username,

            @Schema(description = "When the account was created.", examples = "2026-11-01T09:30:00.123456Z")
            Instant createdAt) {}

    @POST
    @Path("/signup")
    @RunOnVirtualThread
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseStatus(201)
    @Operation(
            operationId = "signUp",
            summary = "Create an account",
            description = "A username is never given out twice. Sign-up may be closed by the operator.")
    @APIResponseSchema(value = SignedUp.class, responseCode = "201", responseDescription = "The account was created.")
    @CommonProblems({
        CommonProblem.MALFORMED_REQUEST,
        CommonProblem.VALIDATION_FAILED,
        CommonProblem.TOO_MANY_ATTEMPTS,
        CommonProblem.OVERLOADED,
        CommonProblem.DATABASE_UNAVAILABLE
    })
    @AuthProblems({AuthProblem.SIGNUP_CLOSED, AuthProblem.ACCOUNT_EXISTS})
    public SignedUp signUp(NewAccount body) {
        Fields fields = new Fields();
        Username username = fields.parse("username", body.username(), Username::parseNew);
        Password password = fields.parse("password", body.password(), typed -> policy.parseNew(typed, body.username()));
        fields.check();
        if (!signupConfig.enabled()) {
            throw AuthProblem.SIGNUP_CLOSED.toException();
        }
        return switch (auth.signUp(username, password, clients.current(), call())) {
            case SignUpOutcome.Registered(Username name, Instant createdAt) ->
                new SignedUp(name.text(), name.text(), createdAt);
            case SignUpOutcome.NameTaken taken -> throw AuthProblem.ACCOUNT_EXISTS.toException();
            case SignUpOutcome.TooManyAttempts(Duration wait) ->
                throw CommonProblem.TOO_MANY_ATTEMPTS.toException(wait);
        };
    }

    @POST
    @Path("/login")
    @RunOnVirtualThread
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseHeader(name = "Cache-Control", value = "no-store")
    @Operation(
            operationId = "logIn",
            summary = "Log in with a username and a password",
            description = "Starts a session. The response to a wrong password and to an unknown username is the same."
                    + " An account has at most 100 live sessions: the next login ends the session used longest ago.")
    @APIResponseSchema(value = TokenResponse.class, responseDescription = "The tokens of the new session.")
    @CommonProblems({
        CommonProblem.MALFORMED_REQUEST,
        CommonProblem.VALIDATION_FAILED,
        CommonProblem.TOO_MANY_ATTEMPTS,
        CommonProblem.OVERLOADED,
        CommonProblem.DATABASE_UNAVAILABLE
    })
    @AuthProblems(AuthProblem.INVALID_CREDENTIALS)
    public TokenResponse login(Credentials body) {
        Fields fields = new Fields();
        Username username = fields.parse("username", body.username(), Username::parse);
        Password password = fields.parse("password", body.password(), Password::parse);
        fields.check();
        Claim claim = new Claim(new Claimant.Named(username), password, clients.current(), call());
        return switch (auth.login(claim)) {
            case PasswordCheckOutcome.Done<TokenResponse>(TokenResponse tokens) -> tokens;
            case PasswordCheckOutcome.TooManyAttempts<TokenResponse>(Duration wait) ->
                throw CommonProblem.TOO_MANY_ATTEMPTS.toException(wait);
            case PasswordCheckOutcome.WrongPassword<TokenResponse> wrong ->
                throw AuthProblem.INVALID_CREDENTIALS.toException();
            case PasswordCheckOutcome.SessionEnded<TokenResponse> ended ->
                throw AuthProblem.INVALID_CREDENTIALS.toException();
        };
    }

    @GET
    @Path("/refresh_token")
    @RunOnVirtualThread
    @Operation(
            operationId = "refreshByGet",
            summary = "Exchange a token for new tokens, by GET",
            description =
                    "Use POST instead, which does the same: this call changes the session, and a client or a proxy"
                            + " may repeat a GET on its own.",
            deprecated = true)
    @APIResponseSchema(value = TokenResponse.class, responseDescription = REFRESHED)
    @SecurityRequirement(name = ApiDescription.ACCESS_TOKEN)
    @SecurityRequirement(name = ApiDescription.REFRESH_TOKEN)
    @RoutePolicy(head = false)
    @CommonProblems({
        CommonProblem.NOT_AUTHENTICATED,
        CommonProblem.INVALID_TOKEN,
        CommonProblem.TOKEN_EXPIRED,
        CommonProblem.DATABASE_UNAVAILABLE
    })
    @AuthProblems(AuthProblem.SESSION_ENDED)
    public TokenResponse refresh(
            @Parameter(hidden = true) @HeaderParam("Authorization") @Nullable String authorization,
            @Parameter(
                            description = KEY_DESCRIPTION,
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            minLength = IdempotencyKey.MIN_LENGTH,
                                            maxLength = IdempotencyKey.MAX_LENGTH),
                            example = KEY_EXAMPLE)
                    @HeaderParam(IdempotencyKey.FIELD)
                    @Nullable
                    String idempotencyKey) {
        Optional<IdempotencyKey> key = Optional.ofNullable(idempotencyKey).flatMap(IdempotencyKey::parse);
        String bearer = bearer(authorization);
        TokenResponses.Issuer issuer = tokenResponses.issuer();
        return switch (auth.refresh(bearer, key, clients.current())) {
            case RefreshOutcome.Refreshed(LiveSession session, Credential.OfRefreshToken by) ->
                issuer.withRefreshToken(session);
            case RefreshOutcome.Refreshed(LiveSession session, Credential.OfAccessToken by) ->
                issuer.withoutRefreshToken(session);
            case RefreshOutcome.TooLate late -> throw CommonProblem.TOKEN_EXPIRED.toException();
            case RefreshOutcome.SessionEnded ended -> throw AuthProblem.SESSION_ENDED.toException();
            case RefreshOutcome.Refused refused -> throw CommonProblem.INVALID_TOKEN.toException();
        };
    }

    @POST
    @Path("/refresh_token")
    @RunOnVirtualThread
    @Operation(operationId = "refresh", summary = "Exchange a token for new tokens", description = REFRESH_DESCRIPTION)
    @APIResponseSchema(value = TokenResponse.class, responseDescription = REFRESHED)
    @SecurityRequirement(name = ApiDescription.ACCESS_TOKEN)
    @SecurityRequirement(name = ApiDescription.REFRESH_TOKEN)
    @CommonProblems({
        CommonProblem.NOT_AUTHENTICATED,
        CommonProblem.INVALID_TOKEN,
        CommonProblem.TOKEN_EXPIRED,
        CommonProblem.DATABASE_UNAVAILABLE
    })
    @AuthProblems(AuthProblem.SESSION_ENDED)
    public TokenResponse refreshByPost(
            @Parameter(hidden = true) @HeaderParam("Authorization") @Nullable String authorization,
            @Parameter(
                            description = KEY_DESCRIPTION,
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            minLength = IdempotencyKey.MIN_LENGTH,
                                            maxLength = IdempotencyKey.MAX_LENGTH),
                            example = KEY_EXAMPLE)
                    @HeaderParam(IdempotencyKey.FIELD)
                    @Nullable
                    String idempotencyKey) {
        return refresh(authorization, idempotencyKey);
    }

    @POST
    @Path("/logout")
    @RunOnVirtualThread
    @Operation(
            operationId = "logOut",
            summary = "End the session of a token",
            description =
                    "Takes any authentic token of the session, even if it is expired or has been exchanged. Safe to"
                            + " call twice.")
    @APIResponse(responseCode = "204", description = "The session has ended, now or earlier.")
    @SecurityRequirement(name = ApiDescription.ACCESS_TOKEN)
    @SecurityRequirement(name = ApiDescription.REFRESH_TOKEN)
    @CommonProblems({CommonProblem.NOT_AUTHENTICATED, CommonProblem.INVALID_TOKEN, CommonProblem.DATABASE_UNAVAILABLE})
    public void logOut(@Parameter(hidden = true) @HeaderParam("Authorization") @Nullable String authorization) {
        if (!auth.logOut(bearer(authorization), clients.current())) {
            throw CommonProblem.INVALID_TOKEN.toException();
        }
    }

    private PendingCall call() {
        return PendingCall.of(waitingClients.current());
    }

    /** The token of an {@code Authorization} field (RFC 6750, 2.1), whose scheme is case-insensitive and followed by any number of blanks. */
    private static String bearer(@Nullable String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw CommonProblem.NOT_AUTHENTICATED.toException();
        }
        return authorization.substring(BEARER.length()).replaceFirst("^ +", "");
    }
}
