package dev.gatehouse.key;

import dev.gatehouse.key.StoredKey.Purpose;
import java.security.KeyPair;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * A key that has been made and is to be kept, already wrapped.
 *
 * @param publicKey none of a secret
 * @param wrappedUnder the id of the encryption key; none in clear
 */
record NewKey(
        String id,
        Purpose purpose,
        KeyAlgorithm algorithm,
        @Nullable KeyBytes publicKey,
        KeyBytes material,
        @Nullable String wrappedUnder) {
    private static final int SECRET_BYTES = 32;

    /** Makes a key that signs access tokens. */
    static NewKey signing(KeyAlgorithm algorithm, KeyWrap wrap) {
        KeyPair pair = algorithm.generate();
        String kid = JwkSet.thumbprint(pair.getPublic());
        return new NewKey(
                kid,
                Purpose.SIGNING,
                algorithm,
                new KeyBytes(pair.getPublic().getEncoded()),
                wrap.wrap(pair.getPrivate().getEncoded(), Purpose.SIGNING, kid),
                wrap.currentId().orElse(null));
    }

    /** Makes a key for refresh tokens. */
    static NewKey refresh(KeyWrap wrap) {
        byte[] secret = secret();
        byte[] id = Hkdf.derive(secret, "gatehouse refresh kid", RefreshKey.ID_BYTES);
        return ofSecret(Base64Text.encode(id), Purpose.REFRESH, secret, wrap);
    }

    /** Makes a key for hashes of names. */
    static NewKey names(KeyWrap wrap) {
        byte[] secret = secret();
        byte[] id = Hkdf.derive(secret, "gatehouse name key id", RefreshKey.ID_BYTES);
        return ofSecret(Base64Text.encode(id), Purpose.NAME_HASH, secret, wrap);
    }

    private static NewKey ofSecret(String id, Purpose purpose, byte[] secret, KeyWrap wrap) {
        return new NewKey(
                id,
                purpose,
                KeyAlgorithm.HS256,
                null,
                wrap.wrap(secret, purpose, id),
                wrap.currentId().orElse(null));
    }

    private static byte[] secret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return secret;
    }
}
