package dev.gatehouse.http;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Compresses the response of a resource method with gzip for clients that accept it. Other resource methods send their responses as they
 * are. Do not use it for a response that holds a secret: an attacker who controls part of the text can infer the secret from the
 * compressed length. A stream of several items is not compressed.
 */
@NameBinding
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Compressed {}
