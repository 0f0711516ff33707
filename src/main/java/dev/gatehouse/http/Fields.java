package dev.gatehouse.http;

import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.InvalidValue;
import dev.gatehouse.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns the members of a request into the types that the rest of the service works with, and collects what is wrong
 * with them, so that one answer names every fault:
 *
 * <pre>{@code
 * Fields fields = new Fields();
 * Username username = fields.parse("username", body.username(), Username::parse);
 * Password password = fields.parse("password", body.password(), Password::parse);
 * fields.check();
 * }</pre>
 *
 * The parsed values must not be used before {@link #check()} has returned.
 */
public final class Fields {
    private final List<Problem.FieldError> errors = new ArrayList<>();

    /**
     * Parses one member.
     *
     * @param field the member's name in the request
     * @param text its value; {@code null} when it is missing, {@code null} or not a string
     * @param parser throws {@link InvalidValue} for what it does not take
     * @return the parsed value; when there is none, {@link #check()} will throw
     */
    @SuppressWarnings("NullAway") // The null never reaches a caller that keeps to check(), see above.
    public <T> T parse(String field, @Nullable String text, Function<String, T> parser) {
        if (text == null) {
            errors.add(new Problem.FieldError(field, "must be given, as a string"));
            return null;
        }
        try {
            return parser.apply(text);
        } catch (InvalidValue e) {
            errors.add(new Problem.FieldError(field, e.reason()));
            return null;
        }
    }

    /** Returns when everything could be parsed; else ends the call with {@link CommonProblem#VALIDATION_FAILED}. */
    public void check() {
        if (!errors.isEmpty()) {
            throw CommonProblem.VALIDATION_FAILED.toException(List.copyOf(errors));
        }
    }
}
