package dev.gatehouse.problem;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The common problems that a resource method may answer. See {@link Problem.Listing}. */
@Problem.Listing
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CommonProblems {
    /** The problems, in any order. */
    CommonProblem[] value();
}
