package dev.gatehouse.key;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.crypto.Sha256;
import dev.gatehouse.key.SigningKeys.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * The public keys as others get them (RFC 7517, 5).
 *
 * @param json the document
 * @param etag changes exactly when it does; without quotes
 */
record JwkSet(String json, String etag) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The set of these keys, none of which is a secret. */
    static JwkSet of(List<VerificationKey> keys) {
        List<Map<String, Object>> members = new ArrayList<>();
        keys.forEach(key -> members.add(member(key)));
        try {
            String json = MAPPER.writeValueAsString(Map.of("keys", members));
            return new JwkSet(json, Base64Text.encode(Sha256.of(json.getBytes(StandardCharsets.UTF_8))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("text and lists can be written", e);
        }
    }

    /** The thumbprint of a public key (RFC 7638), which is its kid. */
    static String thumbprint(PublicKey key) {
        return jwk(key).calculateBase64urlEncodedThumbprint("SHA-256");
    }

    private static Map<String, Object> member(VerificationKey key) {
        PublicJsonWebKey jwk = jwk((PublicKey) key.key());
        jwk.setUse("sig");
        jwk.setKeyId(key.kid());
        jwk.setAlgorithm(key.algorithm());
        return jwk.toParams(OutputControlLevel.PUBLIC_ONLY);
    }

    private static PublicJsonWebKey jwk(PublicKey key) {
        try {
            return (PublicJsonWebKey) JsonWebKey.Factory.newJwk(key);
        } catch (JoseException e) {
            throw new IllegalStateException("a key of " + key.getAlgorithm() + " has a JWK", e);
        }
    }
}
