package dev.gatehouse.account;

import dev.gatehouse.client.Clients;
import dev.gatehouse.http.Fields;
import dev.gatehouse.http.Presences;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.PasswordPolicy;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.CommonProblems;
import dev.gatehouse.session.LiveSession;
import dev.gatehouse.session.Subject;
import dev.gatehouse.token.TokenAnswer;
import dev.gatehouse.token.TokenAnswers;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What holders of an access token see of their account and do with it. */
@Path("/account")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Account")
class AccountResource {
    private final Accounts accounts;
    private final OwnAccount ownAccount;
    private final PasswordPolicy policy;
    private final TokenAnswers tokenAnswers;
    private final SecurityIdentity identity;
    private final Clients clients;
    private final Presences presences;

    AccountResource(
            Accounts accounts,
            OwnAccount ownAccount,
            PasswordPolicy policy,
            TokenAnswers tokenAnswers,
            SecurityIdentity identity,
            Clients clients,
            Presences presences) {
        this.accounts = accounts;
        this.ownAccount = ownAccount;
        this.policy = policy;
        this.tokenAnswers = tokenAnswers;
        this.identity = identity;
        this.clients = clients;
        this.presences = presences;
    }

    /** The password and the one that is to replace it. Members are null when they are missing or not strings. */
    @Schema(requiredProperties = {"current_password", "new_password"})
    record ChangeOfPassword(
            @Nullable String currentPassword, @Nullable String newPassword) {
        @Override
        public String toString() {
            return "ChangeOfPassword[redacted]";
        }
    }

    /** The password. Null when it is missing or not a string. */
    @Schema(requiredProperties = {"password"})
    record Deletion(@Nullable String password) {
        @Override
        public String toString() {
            return "Deletion[redacted]";
        }
    }

    @GET
    @Authenticated
    @RunOnVirtualThread
    @Operation(summary = "The account of the token's session")
    @APIResponseSchema(value = AccountView.class, responseDescription = "The account")
    public AccountView view() {
        return accounts.view(caller().sessionId()).orElseThrow(CommonProblem.INVALID_TOKEN::toException);
    }

    @PUT
    @Path("/password")
    @Authenticated
    @RunOnVirtualThread
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Change the password, end every session and begin a new one")
    @APIResponseSchema(value = TokenAnswer.class, responseDescription = "The tokens of the new session")
    @CommonProblems({
        CommonProblem.MALFORMED_REQUEST,
        CommonProblem.VALIDATION_FAILED,
        CommonProblem.TOO_MANY_ATTEMPTS,
        CommonProblem.OVERLOADED
    })
    @AccountProblems(AccountProblem.WRONG_PASSWORD)
    public TokenAnswer changePassword(ChangeOfPassword body) {
        Fields fields = new Fields();
        Password current = fields.parse("current_password", body.currentPassword(), Password::parse);
        Password replacement =
                fields.parse("new_password", body.newPassword(), typed -> policy.parseNew(typed, caller().username()));
        fields.check();
        tokenAnswers.requireKeys();
        LiveSession session = done(ownAccount.changePassword(confirmer(current), replacement));
        return tokenAnswers.withRefreshToken(session);
    }

    @POST
    @Path("/deletion")
    @Authenticated
    @RunOnVirtualThread
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Delete the account for good")
    @APIResponse(responseCode = "204", description = "The account and its sessions are gone; its name stays taken")
    @CommonProblems({
        CommonProblem.MALFORMED_REQUEST,
        CommonProblem.VALIDATION_FAILED,
        CommonProblem.TOO_MANY_ATTEMPTS,
        CommonProblem.OVERLOADED
    })
    @AccountProblems(AccountProblem.WRONG_PASSWORD)
    public void delete(Deletion body) {
        Fields fields = new Fields();
        Password password = fields.parse("password", body.password(), Password::parse);
        fields.check();
        done(ownAccount.delete(confirmer(password)));
    }

    private static <T> T done(Confirmation<T> confirmation) {
        return switch (confirmation) {
            case Confirmation.Done<T>(T result) -> result;
            case Confirmation.WrongPassword<T> wrong -> throw AccountProblem.WRONG_PASSWORD.toException();
            case Confirmation.TooManyAttempts<T>(Duration wait) ->
                throw CommonProblem.TOO_MANY_ATTEMPTS.toException(wait);
            case Confirmation.SessionEnded<T> ended -> throw CommonProblem.INVALID_TOKEN.toException();
        };
    }

    private OwnAccount.Confirmer confirmer(Password password) {
        return new OwnAccount.Confirmer(caller(), password, clients.current(), PendingCall.of(presences.current()));
    }

    private Subject caller() {
        return (Subject) identity.getPrincipal();
    }
}
