package dev.gatehouse.platform;

import java.util.List;

/**
 * Ends the running call with a {@link Problem}. Raised by resources and by this package only: a bean returns a sealed
 * outcome instead, because a throw rolls its transaction back. Carries no stack trace, since it reports what the caller
 * did and not a fault.
 */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final transient List<Problem.FieldError> errors;

    ProblemException(Problem problem, List<Problem.FieldError> errors) {
        super(problem.type(), null, false, false);
        this.problem = problem;
        this.errors = errors;
    }

    Problem problem() {
        return problem;
    }

    Problem.Document document() {
        return problem.document(null, errors, null);
    }
}
