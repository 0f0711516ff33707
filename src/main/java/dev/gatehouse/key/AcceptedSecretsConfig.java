package dev.gatehouse.key;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Secrets beside {@code APP_SECRET_STRING}. */
@ConfigMapping(prefix = "gatehouse.token")
@UsableSecrets
interface AcceptedSecretsConfig {
    /**
     * Secrets that sign nothing and whose tokens are good nevertheless, so that one can follow another: each as its bytes
     * in base64url, separated by commas, and held to the same as {@code APP_SECRET_STRING}.
     */
    Optional<List<String>> acceptedSecrets();
}
