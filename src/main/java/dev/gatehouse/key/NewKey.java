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
    static final int SECRET_BYTES = 32;

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
        return ofSecret(Purpose.REFRESH, secret(), wrap);
    }

    /** Makes a key for hashes of names. */
    static NewKey names(KeyWrap wrap) {
        return ofSecret(Purpose.NAME_HASH, secret(), wrap);
    }

    /** Returns the id of a secret, which does not reveal it. Not for {@link Purpose#SIGNING}. */
    static byte[] idOf(Purpose purpose, byte[] secret) {
        String info = purpose == Purpose.REFRESH ? "gatehouse refresh kid" : "gatehouse name key id";
        return Hkdf.derive(secret, info, RefreshKey.ID_BYTES);
    }

    private static NewKey ofSecret(Purpose purpose, byte[] secret, KeyWrap wrap) {
        String id = Base64Text.encode(idOf(purpose, secret));
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
