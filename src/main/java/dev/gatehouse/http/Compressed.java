package dev.gatehouse.http;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a resource method whose response is compressed for clients that take gzip. A response without this annotation never is. A response
 * with a secret must not be: its compressed length tells of the secret to who chooses a part of the text. A stream of several items is sent
 * as it is.
 */
@NameBinding
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Compressed {}
