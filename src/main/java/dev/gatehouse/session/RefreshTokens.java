package dev.gatehouse.session;

import dev.gatehouse.key.RefreshKeys;
import dev.gatehouse.key.RefreshKeys.RefreshKey;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes refresh tokens and reads them. One is opaque to clients and checks itself, without the database: base64url of a
 * version (1 byte), the key's id (6), the session's id (16), its generation (8) and a code of all of these (32). That is
 * {@value #LENGTH} characters without a bit to spare, so each has exactly one form.
 */
@Singleton
public class RefreshTokens {
    private static final int LENGTH = 84;
    private static final byte VERSION = 1;
    private static final int SIGNED_BYTES = 1 + RefreshKey.ID_BYTES + 3 * Long.BYTES;

    private final RefreshKeys keys;

    RefreshTokens(RefreshKeys keys) {
        this.keys = keys;
    }

    /** Returns the refresh token of a session's current generation: always the same under one key. */
    public static String issue(LiveSession session, RefreshKey key) {
        byte[] signed = ByteBuffer.allocate(SIGNED_BYTES)
                .put(VERSION)
                .put(key.id())
                .putLong(session.id().getMostSignificantBits())
                .putLong(session.id().getLeastSignificantBits())
                .putLong(session.generation())
                .array();
        byte[] token = ByteBuffer.allocate(SIGNED_BYTES + RefreshKey.CODE_BYTES)
                .put(signed)
                .put(key.code(signed))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** Reads a refresh token; empty when it is not one of ours. Does not block. */
    public Optional<Credential.OfRefreshToken> parse(String text) {
        byte[] token = decode(text);
        if (token.length != SIGNED_BYTES + RefreshKey.CODE_BYTES || token[0] != VERSION) {
            return Optional.empty();
        }
        byte[] keyId = Arrays.copyOfRange(token, 1, 1 + RefreshKey.ID_BYTES);
        byte[] signed = Arrays.copyOf(token, SIGNED_BYTES);
        byte[] code = Arrays.copyOfRange(token, SIGNED_BYTES, token.length);
        if (!keys.isAuthentic(keyId, signed, code)) {
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(signed, 1 + RefreshKey.ID_BYTES, 3 * Long.BYTES);
        UUID sessionId = new UUID(fields.getLong(), fields.getLong());
        return Optional.of(new Credential.OfRefreshToken(sessionId, fields.getLong()));
    }

    private static byte[] decode(String text) {
        if (text.length() != LENGTH) {
            return new byte[0];
        }
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
