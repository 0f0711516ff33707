package dev.gatehouse.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens with the service's secret, or another, that the service would not make. */
public final class TokenForge {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String genuine;
    private final byte[] secret;

    /** Takes header and claims from a genuine token. */
    public TokenForge(String genuine, byte[] secret) {
        this.genuine = genuine;
        this.secret = secret.clone();
    }

    public ObjectNode header() {
        return part(0);
    }

    public ObjectNode claims() {
        return part(1);
    }

    private ObjectNode part(int index) {
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

    /** Signs these texts, whatever they are, with HMAC-SHA-256. */
    String sign(String header, String claims) {
        return sign(header.getBytes(UTF_8), claims.getBytes(UTF_8));
    }

    String sign(byte[] header, byte[] claims) {
        String input = encode(header) + "." + encode(claims);
        return input + "." + encode(hmac(input, secret));
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
