package dev.gatehouse.profile;

import dev.gatehouse.account.AccountView;
import dev.gatehouse.account.Accounts;
import dev.gatehouse.client.Clients;
import dev.gatehouse.http.Fields;
import dev.gatehouse.http.WaitingClients;
import dev.gatehouse.login.PasswordCheck.Claim;
import dev.gatehouse.login.PasswordCheck.Claimant;
import dev.gatehouse.login.PasswordCheck.PasswordCheckOutcome;
import dev.gatehouse.password.Password;
import dev.gatehouse.password.PasswordPolicy;
import dev.gatehouse.password.PendingCall;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.CommonProblems;
import dev.gatehouse.session.Subject;
import dev.gatehouse.token.TokenResponse;
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
@Tag(name = "Account", description = "Read, change and delete the account of the access token.")
class AccountResource {
    private static final String CURRENT_PASSWORD = "The current password of the account.";
    private static final String PASSWORD_EXAMPLE = "SpongePassword";

    private final Accounts accounts;
    private final OwnAccount ownAccount;
    private final PasswordPolicy policy;
    private final SecurityIdentity identity;
    private final Clients clients;
    private final WaitingClients waitingClients;

    AccountResource(
            Accounts accounts,
            OwnAccount ownAccount,
            PasswordPolicy policy,
            SecurityIdentity identity,
            Clients clients,
            WaitingClients waitingClients) {
        this.accounts = accounts;
        this.ownAccount = ownAccount;
        this.policy = policy;
        this.identity = identity;
        this.clients = clients;
        this.waitingClients = waitingClients;
    }

    /** The password and the one that is to replace it. Members are null when they are missing or not strings. */
    @Schema(
            description = "The current and the new password of the account.",
            requiredProperties = {"current_password", "new_password"})
    record ChangeOfPassword(
            @Schema(
                    description = CURRENT_PASSWORD,
                    format = "password",
                    writeOnly = true,
                    minLength = 1,
                    maxLength = Password.MAX_LENGTH,
                    examples = PASSWORD_EXAMPLE)
            @Nullable
            String currentPassword,

            @Schema(
                    description = "The new password. The rules of sign-up apply.",
                    format = "password",
                    writeOnly = true,
                    minLength = PasswordPolicy.DEFAULT_MIN_LENGTH,
                    maxLength = Password.MAX_LENGTH,
                    examples = "another SpongePassword")
            @Nullable
            String newPassword) {
        @Override
        public String toString() {
            return "ChangeOfPassword[redacted]";
        }
    }

    /** The password. Null when it is missing or not a string. */
    @Schema(
            description = "The password of the account, which confirms its deletion.",
            requiredProperties = {"password"})
    record Deletion(
            @Schema(
                    description = CURRENT_PASSWORD,
                    format = "password",
                    writeOnly = true,
                    minLength = 1,
                    maxLength = Password.MAX_LENGTH,
                    examples = PASSWORD_EXAMPLE)
            @Nullable
            String password) {
        @Override
        public String toString() {
            return "Deletion[redacted]";
        }
    }

    @GET
    @Authenticated
    @RunOnVirtualThread
    @Operation(
            operationId = "readAccount",
            summary = "Read the account",
            description = "Returns the account to which the session of the access token belongs.")
    @APIResponseSchema(value = AccountView.class, responseDescription = "The account.")
    public AccountView view() {
        return accounts.view(caller().sessionId()).orElseThrow(CommonProblem.INVALID_TOKEN::toException);
    }

    @PUT
    @Path("/password")
    @Authenticated
    @RunOnVirtualThread
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "changePassword",
            summary = "Change the password",
            description = "Ends every session of the account, that of the access token too, and starts a new session.")
    @APIResponseSchema(value = TokenResponse.class, responseDescription = "The tokens of the new session.")
    @CommonProblems({
        CommonProblem.MALFORMED_REQUEST,
        CommonProblem.VALIDATION_FAILED,
        CommonProblem.TOO_MANY_ATTEMPTS,
        CommonProblem.OVERLOADED
    })
    @AccountProblems(AccountProblem.WRONG_PASSWORD)
    public TokenResponse changePassword(ChangeOfPassword body) {
        Fields fields = new Fields();
        Password current = fields.parse("current_password", body.currentPassword(), Password::parse);
        Password replacement =
                fields.parse("new_password", body.newPassword(), typed -> policy.parseNew(typed, caller().username()));
        fields.check();
        return done(ownAccount.changePassword(caller(), claim(current), replacement));
    }

    @POST
    @Path("/deletion")
    @Authenticated
    @RunOnVirtualThread
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "deleteAccount",
            summary = "Delete the account",
            description =
                    "Ends every session of the account. A deletion cannot be undone. The username is never given out"
                            + " again.")
    @APIResponse(responseCode = "204", description = "The account was deleted.")
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
        done(ownAccount.delete(caller(), claim(password)));
    }

    private static <T> T done(PasswordCheckOutcome<T> outcome) {
        return switch (outcome) {
            case PasswordCheckOutcome.Done<T>(T result) -> result;
            case PasswordCheckOutcome.WrongPassword<T> wrong -> throw AccountProblem.WRONG_PASSWORD.toException();
            case PasswordCheckOutcome.TooManyAttempts<T>(Duration wait) ->
                throw CommonProblem.TOO_MANY_ATTEMPTS.toException(wait);
            case PasswordCheckOutcome.SessionEnded<T> ended -> throw CommonProblem.INVALID_TOKEN.toException();
        };
    }

    private Claim claim(Password password) {
        return new Claim(
                new Claimant.Holder(caller()), password, clients.current(), PendingCall.of(waitingClients.current()));
    }

    private Subject caller() {
        return (Subject) identity.getPrincipal();
    }
}
