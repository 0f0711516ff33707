package dev.gatehouse.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens with the service's key, or another, that the service would not make. */
public final class TokenForge {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String genuine;
    private final ObjectNode header;
    private final Signer signer;

    /** Signs a token's header and claims. */
    interface Signer {
        byte[] sign(String input);
    }

    private TokenForge(String genuine, ObjectNode header, Signer signer) {
        this.genuine = genuine;
        this.header = header;
        this.signer = signer;
    }

    /** Takes header and claims from a genuine token, and signs with HMAC-SHA-256. */
    public static TokenForge of(String genuine, byte[] secret) {
        byte[] key = secret.clone();
        return new TokenForge(genuine, part(genuine, 0), input -> hmac(input, key));
    }

    /** Takes the claims from a genuine token under another key, and signs with HMAC-SHA-256. */
    public static TokenForge ofSecret(String genuine, String kid, byte[] secret) {
        byte[] key = secret.clone();
        ObjectNode header = part(genuine, 0).put("alg", "HS256").put("kid", kid);
        return new TokenForge(genuine, header, input -> hmac(input, key));
    }

    /** Takes header and claims from a genuine token, and signs with a private key for ES256. */
    public static TokenForge of(String genuine, PrivateKey key) {
        return new TokenForge(genuine, part(genuine, 0), input -> signature(input, key));
    }

    public ObjectNode header() {
        return header.deepCopy();
    }

    public ObjectNode claims() {
        return part(genuine, 1);
    }

    private static ObjectNode part(String genuine, int index) {
        try {
            return (ObjectNode) MAPPER.readTree(Base64.getUrlDecoder().decode(genuine.split("\\.", -1)[index]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String withHeader(Consumer<ObjectNode> change) {
        ObjectNode header = header();
        change.accept(header);
        return sign(text(header), text(claims()));
    }

    public String withClaims(Consumer<ObjectNode> change) {
        ObjectNode claims = claims();
        change.accept(claims);
        return sign(text(header()), text(claims));
    }

    ObjectNode withClaimsRemoved(String name) {
        ObjectNode claims = claims();
        claims.remove(name);
        return claims;
    }

    /** Signs these texts, whatever they are. */
    String sign(String header, String claims) {
        return sign(header.getBytes(UTF_8), claims.getBytes(UTF_8));
    }

    String sign(byte[] header, byte[] claims) {
        String input = encode(header) + "." + encode(claims);
        return input + "." + encode(signer.sign(input));
    }

    static byte[] hmac(String input, byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(input.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] signature(String input, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(key);
            signature.update(input.getBytes(UTF_8));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
