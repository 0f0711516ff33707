package dev.gatehouse.auth;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.password.Passwords;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-up and login, the right ones and the wrong ones. */
@QuarkusTest
class AuthTest {
    private static final String PASSWORD = "a long enough password";

    @Inject
    EntityManager entityManager;

    @Inject
    Passwords passwords;

    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void connect() {
        api = new Api(RestAssured.port);
    }

    /** After the seed's dear hash every check would take its time, until the costs are read again. */
    @AfterEach
    void forgetTheHighestCost() {
        passwords.evenOutTo(0);
    }

    @Test
    void theSeedsWalkWorks() {
        Map<String, String> credentials = Map.of("username", username, "password", PASSWORD);
        given().contentType("application/json")
                .body(credentials)
                .post("/signup")
                .then()
                .statusCode(201)
                .body("key", equalTo(username))
                .body("username", equalTo(username))
                .body("created_at", matchesPattern("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z"))
                .body("$", not(org.hamcrest.Matchers.hasKey("password")));
        String token = given().contentType("application/json")
                .body(credentials)
                .post("/login")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("token_type", equalTo("Bearer"))
                .body("expires_in", equalTo(1800))
                .extract()
                .path("token");
        given().header("Authorization", "Bearer " + token)
                .post("/secret")
                .then()
                .statusCode(200)
                .body(equalTo("\"Top Secret data only authorized users can access this info\""));
        given().header("Authorization", "Bearer " + token)
                .get("/refresh_token")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("access_token", not(equalTo(token)));
        given().get("/notsecret").then().statusCode(200).body(equalTo("\"Not secret data\""));
    }

    @Test
    void theTokenAnswerHasExactlyItsMembers() {
        api.signUp(username, PASSWORD);
        Answer answer = api.login(username, PASSWORD);
        assertThat(answer.json().properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "token", "access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in");
        assertThat(answer.json().path("access_token")).isEqualTo(answer.json().path("token"));
        assertThat(answer.json().path("refresh_expires_in").asLong()).isEqualTo(7 * 24 * 3600);
        assertThat(api.refresh(answer.token()).json().properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("token", "access_token", "token_type", "expires_in");
    }

    @Test
    void theSeedsAccountLogsInWithTheSeedsHash() {
        insert("seed-" + username, "$2b$12$/Gq7g40zZ4/sQ9iWfqVze.Jx5HI5XwCrERITGG/wZivuZ9jhkd0bK");
        assertThat(api.login("seed-" + username, "SpongePassword").status()).isEqualTo(200);
        assertThat(api.login("seed-" + username, "spongepassword").status()).isEqualTo(401);
    }

    @Test
    void aTakenNameIs409InEveryFormOfTheName() {
        api.signUp("\u00c9mile" + username, PASSWORD);
        for (String form :
                new String[] {"\u00e9mile" + username, "E\u0301MILE" + username, "\uFF25\u0301mile" + username}) {
            Answer answer = api.signUp(form, "another password");
            assertThat(answer.status()).as(form).isEqualTo(409);
            assertThat(answer.problem()).isEqualTo("account-exists");
            assertThat(answer.json().path("detail").asText()).isEqualTo("Account already exists");
        }
        assertThat(api.login("\u00c9MILE" + username, PASSWORD).status()).isEqualTo(200);
        assertThat(api.login("\u00e9mile" + username, "another password").status())
                .isEqualTo(401);
    }

    @Test
    void wrongPasswordAndUnknownNameAreTheSameAnswer() {
        api.signUp(username, PASSWORD);
        Answer wrong = api.login(username, PASSWORD + "x");
        Answer unknown = api.login("nobody-" + username, PASSWORD);
        Answer impossible = api.login("x".repeat(200), PASSWORD);
        assertThat(wrong.problem()).isEqualTo("invalid-credentials");
        assertThat(wrong.json().path("detail").asText()).isEqualTo("Invalid username or password");
        assertThat(wrong.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(unknown).isEqualTo(wrong);
        assertThat(impossible).isEqualTo(wrong);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 72, 73, 255, 256})
    void everyCharacterOfAPasswordCounts(int length) {
        String password = "p".repeat(length - 1) + "!";
        assertThat(api.signUp(username, password).status()).isEqualTo(201);
        assertThat(api.login(username, password).status()).isEqualTo(200);
        assertThat(api.login(username, "p".repeat(length - 1) + "?").status()).isEqualTo(401);
        assertThat(api.login(username, "p".repeat(length - 1)).status()).isEqualTo(401);
    }

    @Test
    void aPasswordOutOfBoundsIs422AndSaysWhich() {
        Answer tooShort = api.signUp(username, "1234567");
        assertThat(tooShort.problem()).isEqualTo("validation-failed");
        assertThat(tooShort.json().path("errors").findValuesAsText("message"))
                .containsExactly("must have at least 8 characters");
        Answer tooLong = api.signUp(username, "p".repeat(257));
        assertThat(tooLong.json().path("errors").findValuesAsText("message"))
                .containsExactly("must have at most 256 characters");
        assertThat(api.login(username, "p".repeat(257)).problem()).isEqualTo("validation-failed");
        assertThat(api.login(username, "1234567").problem()).isEqualTo("invalid-credentials");
    }

    @Test
    void composedAndDecomposedPasswordsAreOneAndOuterBlanksCount() {
        assertThat(api.signUp(username, " caf\u00e9 au lait ").status()).isEqualTo(201);
        assertThat(api.login(username, " caf\u00e9 au lait ").status()).isEqualTo(200);
        assertThat(api.login(username, " cafe\u0301 au lait ").status()).isEqualTo(200);
        assertThat(api.login(username, " caf\u00e9\u00a0au lait ").status())
                .isEqualTo(200); // Another blank is a blank.
        assertThat(api.login(username, "caf\u00e9 au lait").status()).isEqualTo(401);
        assertThat(api.login(username, " Caf\u00e9 au lait ").status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u2764\uFE0F \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
                "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
                "\u0915\u094D\u200D\u0937\u0915\u094D\u200D\u0937"
            })
    void emojiAndJoinersMakeAPassword(String password) {
        assertThat(api.signUp(username, password).status()).isEqualTo(201);
        assertThat(api.login(username, password).status()).isEqualTo(200);
        assertThat(api.login(username, password.replaceAll("[\u200C\u200D\uFE0F]", ""))
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "control\\u0000character, must not contain control characters",
        "control\\ncharacter, must not contain control characters",
        "half a pair \\ud83d, must not contain half of a surrogate pair",
        "unassigned \\u0378, must not contain a code point that Unicode has not assigned"
    })
    void anImpossiblePasswordIsRefusedAtSignUpAndWrongAtLogin(String escaped, String reason) {
        String body = "{\"username\":\"" + username + "\",\"password\":\"" + escaped + "\"}";
        Answer signUp = api.call("POST", "/signup").json(body).send();
        assertThat(signUp.problem()).isEqualTo("validation-failed");
        assertThat(signUp.json().path("errors").toString())
                .isEqualTo("[{\"field\":\"password\",\"message\":\"" + reason + "\"}]");
        Answer unknown = api.call("POST", "/login").json(body).send();
        api.signUp(username, PASSWORD);
        Answer login = api.call("POST", "/login").json(body).send();
        assertThat(login.problem()).isEqualTo("invalid-credentials");
        assertThat(login).isEqualTo(unknown).isEqualTo(api.login(username, PASSWORD + "x"));
    }

    /** In UTF-8 the half of a pair is a question mark. */
    @Test
    void halfOfASurrogatePairMatchesNoQuestionMark() {
        api.signUp(username, "question mark ?");
        assertThat(api.login(username, "question mark ?").status()).isEqualTo(200);
        String body = "{\"username\":\"" + username + "\",\"password\":\"question mark \\udc00\"}";
        assertThat(api.call("POST", "/login").json(body).send().problem()).isEqualTo("invalid-credentials");
    }

    @ParameterizedTest
    @CsvSource({
        "\uDB40\uDD00, U+E0100",
        "\u180F, U+180F",
        "\u200D, U+200D in this place",
        "'\u0000', U+0000",
    })
    void anInvisibleTwinOfANameIsRefusedByItsCharacter(String invisible, String named) {
        api.signUp(username, PASSWORD);
        for (Answer answer :
                List.of(api.signUp(username + invisible, PASSWORD), api.login(username + invisible, PASSWORD))) {
            assertThat(answer.problem()).isEqualTo("validation-failed");
            assertThat(answer.json().path("errors").toString())
                    .isEqualTo("[{\"field\":\"username\",\"message\":\"must not contain " + named + "\"}]");
        }
    }

    /** The same for a name that is taken and one that is free: the policy is asked first. */
    @ParameterizedTest
    @CsvSource({
        "Password1, 'is one of the most common passwords, or one followed by digits'",
        "monkey2026, 'is one of the most common passwords, or one followed by digits'",
        "GateHouse, must not be the service's name",
    })
    void whatIsGuessedFirstIsRefusedWithItsReason(String password, String reason) {
        api.signUp(username, PASSWORD);
        String token = api.login(username, PASSWORD).token();
        for (Answer answer : new Answer[] {
            api.signUp(username, password),
            api.signUp("another-" + username, password),
            api.changePassword(token, PASSWORD, password)
        }) {
            assertThat(answer.problem()).isEqualTo("validation-failed");
            assertThat(answer.json().path("errors").findValuesAsText("message")).containsExactly(reason);
        }
    }

    @Test
    void theUsernameIsNoPassword() {
        String backwards = new StringBuilder(username).reverse().toString();
        assertThat(api.signUp(username, username.toUpperCase(Locale.ROOT)).status())
                .isEqualTo(422);
        assertThat(api.signUp(username, backwards).status()).isEqualTo(422);
        api.signUp(username, PASSWORD);
        String token = api.login(username, PASSWORD).token();
        assertThat(api.changePassword(token, PASSWORD, backwards).status()).isEqualTo(422);
    }

    @Test
    void everyFaultOfARequestIsNamedInOneAnswer() {
        Answer answer = api.signUp("no blanks", "short");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("detail").asText()).isEqualTo("Validation failed");
        assertThat(answer.json().path("errors").findValuesAsText("field")).containsExactly("username", "password");
        assertThat(answer.text()).doesNotContain("no blanks").doesNotContain("short\"");
    }

    @Test
    void membersThatNobodyAskedForChangeNothing() {
        String body =
                "{\"username\":\"" + username + "\",\"password\":\"" + PASSWORD + "\",\"id\":1,\"role\":\"admin\","
                        + "\"password_hash\":\"x\",\"created_at\":\"2000-01-01T00:00:00Z\",\"sub\":\"root\"}";
        Answer answer = api.call("POST", "/signup").json(body).send();
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().path("created_at").asText()).doesNotStartWith("2000");
        assertThat(storedHash(username)).startsWith("$2b$04$");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"'or'1'='1", "a;drop-table-account;--", "%", "_", "\\", "a\"b", "<script>", "${jndi:x}", "#{x}"})
    void namesAreTakenLiterally(String name) {
        String unique = name + username;
        Answer signedUp = api.signUp(unique, PASSWORD);
        assertThat(signedUp.status()).isEqualTo(201);
        assertThat(signedUp.json().path("username").asText()).isEqualTo(unique);
        assertThat(api.login(unique, PASSWORD).status()).isEqualTo(200);
        assertThat(api.login(name, PASSWORD).status()).isEqualTo(401);
    }

    @Test
    void aHashOfAnotherCostOrFormIsRewrittenAtTheRightLoginOnly() {
        String older = "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i";
        insert(username, older);
        assertThat(api.login(username, "abd").status()).isEqualTo(401);
        assertThat(storedHash(username)).isEqualTo(older);
        assertThat(api.login(username, "abc").status()).isEqualTo(200);
        assertThat(storedHash(username)).startsWith("$2b$04$");
        assertThat(api.login(username, "abc").status()).isEqualTo(200);
    }

    @Test
    void anUnreadableHashRefusesLikeAWrongPassword() {
        insert(username, "not a hash");
        assertThat(api.login(username, "not a hash").problem()).isEqualTo("invalid-credentials");
    }

    private void insert(String name, String hash) {
        io.quarkus.narayana.jta.QuarkusTransaction.requiringNew()
                .run(() -> entityManager
                        .createNativeQuery("INSERT INTO account (username, password_hash) VALUES (?1, ?2)")
                        .setParameter(1, name)
                        .setParameter(2, hash)
                        .executeUpdate());
    }

    private String storedHash(String name) {
        return (String) entityManager
                .createNativeQuery("SELECT password_hash FROM account WHERE username = ?1", String.class)
                .setParameter(1, name)
                .getSingleResult();
    }
}
