package dev.gatehouse.problem;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The problems that a resource method may answer, for the OpenAPI document. Those need no mention that follow from elsewhere: what every
 * call may answer, {@link Problem#STARTING} unless the route answers while the service starts, and what a call with
 * {@code @Authenticated} says about its access token.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Problems {
    /** The problems, in any order. */
    Problem[] value();
}
