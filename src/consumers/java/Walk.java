import dev.gatehouse.client.ApiClient;
import dev.gatehouse.client.ApiException;
import dev.gatehouse.client.ApiResponse;
import dev.gatehouse.client.api.AccountApi;
import dev.gatehouse.client.api.AuthApi;
import dev.gatehouse.client.api.DemoApi;
import dev.gatehouse.client.api.SessionsApi;
import dev.gatehouse.client.model.Credentials;
import dev.gatehouse.client.model.Deletion;
import dev.gatehouse.client.model.NewAccount;
import dev.gatehouse.client.model.Problem;
import dev.gatehouse.client.model.Session;
import dev.gatehouse.client.model.SignedUp;
import dev.gatehouse.client.model.TokenResponse;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;

/** Walks from sign-up to deletion with the client that openapi-generator makes of the document. */
class Walk {
    private static final String USERNAME = "openapi-generator";
    private static final String PASSWORD = "a long enough password";
    private static final String WRONG_PASSWORD = "a wrong password";

    private final ApiClient client = new ApiClient();
    private final AuthApi auth;
    private final AccountApi account;
    private final DemoApi demo;
    private final SessionsApi sessions;

    /** The token that calls carry, empty for none. */
    private String token = "";

    /** The generated classes copy the settings of their client when they are created. */
    private Walk(String service) {
        client.updateBaseUri(service);
        client.setRequestInterceptor(this::authenticate);
        auth = new AuthApi(client);
        account = new AccountApi(client);
        demo = new DemoApi(client);
        sessions = new SessionsApi(client);
    }

    public static void main(String[] arguments) throws Exception {
        Walk walk = new Walk(System.getenv("GATEHOUSE"));
        walk.signUp();
        TokenResponse tokens = walk.logIn();
        walk.readSecret(tokens);
        tokens = walk.refresh(tokens);
        walk.listSessions(tokens);
        walk.logOut(tokens);
        walk.deleteAccount();
    }

    private void signUp() throws Exception {
        NewAccount wanted = new NewAccount().username(USERNAME).password(PASSWORD);
        SignedUp made = success("sign-up", 201, () -> auth.signUpWithHttpInfo(wanted));
        equal(made.getKey(), USERNAME);
        equal(made.getUsername(), USERNAME);
        check(made.getCreatedAt().isAfter(OffsetDateTime.now().minus(Duration.ofMinutes(1))));
        NewAccount weak = new NewAccount().username(USERNAME).password("short");
        Problem problem = refusal("sign-up", 422, "validation-failed", () -> auth.signUpWithHttpInfo(weak));
        equal(problem.getErrors().getFirst().getField(), "password");
    }

    private TokenResponse logIn() throws Exception {
        Credentials wrong = new Credentials().username(USERNAME).password(WRONG_PASSWORD);
        refusal("login", 401, "invalid-credentials", () -> auth.logInWithHttpInfo(wrong));
        Credentials right = new Credentials().username(USERNAME).password(PASSWORD);
        TokenResponse tokens = success("login", 200, () -> auth.logInWithHttpInfo(right));
        equal(tokens.getAccessToken(), tokens.getToken());
        equal(tokens.getTokenType().getValue(), "Bearer");
        equal(tokens.getExpiresIn(), 1800L);
        return tokens;
    }

    private void readSecret(TokenResponse tokens) throws Exception {
        refusal("secret", 401, "not-authenticated", demo::readSecretWithHttpInfo);
        token = tokens.getAccessToken();
        String secret = success("secret", 200, demo::readSecretWithHttpInfo);
        equal(secret, "Top Secret data only authorized users can access this info");
    }

    private TokenResponse refresh(TokenResponse tokens) throws Exception {
        token = tokens.getRefreshToken();
        TokenResponse refreshed = success("refresh", 200, () -> auth.refreshWithHttpInfo(null));
        check(!refreshed.getAccessToken().equals(tokens.getAccessToken()));
        check(!refreshed.getRefreshToken().equals(tokens.getRefreshToken()));
        check(refreshed.getRefreshExpiresIn() > refreshed.getExpiresIn());
        return refreshed;
    }

    private void listSessions(TokenResponse tokens) throws Exception {
        token = tokens.getAccessToken();
        List<Session> list = success("sessions", 200, sessions::listSessionsWithHttpInfo);
        equal(list.size(), 1);
        Session session = list.getFirst();
        check(session.getCurrent());
        equal(session.getId().version(), 4);
        check(session.getUserAgent().startsWith("Java"));
        check(session.getExpiresAt().isAfter(session.getLastUsedAt()));
    }

    private void logOut(TokenResponse tokens) throws Exception {
        success("logout", 204, auth::logOutWithHttpInfo);
        token = tokens.getRefreshToken();
        refusal("refresh", 401, "session-ended", () -> auth.refreshWithHttpInfo(null));
    }

    private void deleteAccount() throws Exception {
        token = logIn().getAccessToken();
        Deletion wrong = new Deletion().password(WRONG_PASSWORD);
        refusal("deletion", 403, "wrong-password", () -> account.deleteAccountWithHttpInfo(wrong));
        Deletion right = new Deletion().password(PASSWORD);
        success("deletion", 204, () -> account.deleteAccountWithHttpInfo(right));
        NewAccount again = new NewAccount().username(USERNAME).password(PASSWORD);
        refusal("sign-up", 409, "account-exists", () -> auth.signUpWithHttpInfo(again));
    }

    /** Adds the token, which this kind of client leaves to its user. */
    private void authenticate(HttpRequest.Builder request) {
        if (!token.isEmpty()) {
            request.setHeader("Authorization", "Bearer " + token);
        }
    }

    private interface Call<T> {
        ApiResponse<T> send() throws ApiException;
    }

    /** Checks the status of a response and returns its body. */
    private static <T> T success(String name, int status, Call<T> call) throws ApiException {
        ApiResponse<T> response = call.send();
        System.out.println(name + " " + response.getStatusCode());
        equal(response.getStatusCode(), status);
        return response.getData();
    }

    /** Checks the status and the problem type of a response. */
    private <T> Problem refusal(String name, int status, String problem, Call<T> call) throws Exception {
        try {
            call.send();
        } catch (ApiException e) {
            System.out.println(name + " " + e.getCode() + " " + problem);
            equal(e.getCode(), status);
            Problem body = client.getObjectMapper().readValue(e.getResponseBody(), Problem.class);
            equal(body.getStatus(), status);
            equal(body.getType(), URI.create("urn:gatehouse:problem:" + problem));
            return body;
        }
        throw new AssertionError(name + " was not refused");
    }

    private static void equal(Object actual, Object expected) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(actual + " instead of " + expected);
        }
    }

    private static void check(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }
}
