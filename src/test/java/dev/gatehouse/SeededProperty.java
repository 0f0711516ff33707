package dev.gatehouse;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * A property that is tried with the same generated values in each run, so that a failure can be repeated.
 * {@code -Djqwik.tries.default=100000} tries more of them.
 */
@Property(seed = "8264", shrinking = ShrinkingMode.BOUNDED)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface SeededProperty {}
