package dev.gatehouse.key;

import dev.gatehouse.problem.NotReadyException;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * The keys that sign access tokens and check them: keys that the service makes, keeps in Postgres and replaces by itself,
 * or where {@code APP_SECRET_STRING} is set that secret. Reads memory only.
 */
@Singleton
public class SigningKeys {
    private final Keyring keyring;

    SigningKeys(Keyring keyring) {
        this.keyring = keyring;
    }

    /**
     * The key that signs now.
     *
     * @throws NotReadyException before the database has been reached, and while there is none that can be decrypted
     */
    public SigningKey current() {
        return Keys.required(keyring.keys().signing());
    }

    /**
     * The key that checks what was signed under an id; empty for an id that is not ours, or not any more. The same object
     * each time, until something about the key changes.
     */
    public Optional<VerificationKey> verificationKey(String kid) {
        return Optional.ofNullable(keyring.keys().verification().get(kid));
    }
}
