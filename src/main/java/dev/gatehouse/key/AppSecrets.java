package dev.gatehouse.key;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * The secrets that the service was given.
 *
 * @see AppSecret
 */
@Singleton
class AppSecrets {
    private final Optional<AppSecret> signing;
    private final List<AppSecret> accepted;

    @Inject
    AppSecrets(AcceptedSecretsConfig config) {
        this(
                AppSecret.fromEnvironment(),
                config.acceptedSecrets().orElse(List.of()).stream()
                        .map(text -> AppSecret.of(Base64Text.decode(text).orElseThrow()))
                        .toList());
    }

    AppSecrets(Optional<AppSecret> signing, List<AppSecret> accepted) {
        this.signing = signing;
        this.accepted = List.copyOf(accepted);
    }

    /** The secret that signs; empty when the service's own keys do. */
    Optional<AppSecret> signing() {
        return signing;
    }

    /** The secrets whose tokens are good beside that one's. */
    List<AppSecret> accepted() {
        return accepted;
    }
}
