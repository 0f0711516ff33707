package dev.gatehouse.profile;

import dev.gatehouse.problem.Problem;

/** The problems of what holders do with their own account. */
enum AccountProblem implements Problem {
    /** A token is good, but the password that must be given with it is wrong. */
    WRONG_PASSWORD(new Meaning(403, "Wrong password", "Wrong password"));

    private final Meaning meaning;

    AccountProblem(Meaning meaning) {
        this.meaning = meaning;
    }

    @Override
    public Meaning meaning() {
        return meaning;
    }
}
