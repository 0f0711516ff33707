package dev.gatehouse.problem;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Ends the running call with a {@link Problem}. Raised by resources and by this package only: a bean returns a sealed
 * outcome instead, because a throw rolls its transaction back. Carries no stack trace, since it reports what the caller
 * did and not a fault.
 */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final transient List<Problem.FieldError> errors;
    private final transient @Nullable Duration retryAfter;

    /** @param retryAfter null where the problem's own {@code Retry-After}, if it has one, is right */
    ProblemException(Problem problem, List<Problem.FieldError> errors, @Nullable Duration retryAfter) {
        super(problem.type(), null, false, false);
        this.problem = problem;
        this.errors = errors;
        this.retryAfter = retryAfter;
    }

    Problem problem() {
        return problem;
    }

    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    Problem.Document document() {
        return problem.document(null, errors, null);
    }
}
