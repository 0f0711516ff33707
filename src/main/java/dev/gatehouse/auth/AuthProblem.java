package dev.gatehouse.auth;

import dev.gatehouse.problem.Problem;

/** The problems of sign-up, login and refresh. */
enum AuthProblem implements Problem {
    /** The session of a credential has ended, or is beyond a limit. */
    SESSION_ENDED(new Meaning(401, "Session ended", "Session ended", TOKEN_REFUSED)),
    /** No account has this name and password; which of the two is wrong is never said (OWASP ASVS 5.0, 6.3.8). */
    INVALID_CREDENTIALS(new Meaning(401, "Invalid credentials", "Invalid username or password", CHALLENGE)),
    /** Sign-up is switched off. */
    SIGNUP_CLOSED(new Meaning(403, "Sign-up is closed", "Sign-up is closed")),
    /** The username is taken. */
    ACCOUNT_EXISTS(new Meaning(409, "Account exists", "Account already exists"));

    private final Meaning meaning;

    AuthProblem(Meaning meaning) {
        this.meaning = meaning;
    }

    @Override
    public Meaning meaning() {
        return meaning;
    }
}
