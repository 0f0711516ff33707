package dev.gatehouse.profile;

import dev.gatehouse.problem.Problem;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The problems of this feature that a resource method may answer. */
@Problem.Listing
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface AccountProblems {
    /** The problems, in any order. */
    AccountProblem[] value();
}
