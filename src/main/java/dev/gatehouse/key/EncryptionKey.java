package dev.gatehouse.key;

import dev.gatehouse.crypto.HmacSha256;
import dev.gatehouse.key.ServiceKey.KeyBytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A key under which others are wrapped at rest: AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits. */
final class EncryptionKey {
    private static final int BYTES = 32;
    private static final int ID_BYTES = 8;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String REMEDY = " (for example the output of: openssl rand -base64 " + BYTES + ")";
    private static final String CIPHER = "AES/GCM/NoPadding";

    private final SecretKeySpec key;
    private final String id;

    private EncryptionKey(byte[] bytes) {
        key = new SecretKeySpec(bytes, "AES");
        id = Base64Text.encode(HmacSha256.derive(bytes, "gatehouse encryption key id", ID_BYTES));
    }

    /** Returns why a text must not encrypt and what to do, for the operator; empty if it is good. Does not quote it. */
    static Optional<String> fault(String text) {
        byte[] bytes = bytes(text);
        return faultOfLength(bytes).or(() -> KnownSecrets.fault(bytes).map(fault -> fault + REMEDY));
    }

    /**
     * As {@link #fault}, for a text that only decrypts. It may be easily guessed: otherwise a database that is encrypted under it
     * could not be opened any more.
     */
    static Optional<String> faultToDecrypt(String text) {
        byte[] bytes = bytes(text);
        return faultOfLength(bytes).or(() -> faultOfOneByte(bytes));
    }

    private static Optional<String> faultOfLength(byte[] bytes) {
        return bytes.length == BYTES ? Optional.empty() : Optional.of("must be " + BYTES + " bytes in base64" + REMEDY);
    }

    private static Optional<String> faultOfOneByte(byte[] bytes) {
        return isOneByteRepeated(bytes) ? Optional.of("is one byte repeated" + REMEDY) : Optional.empty();
    }

    private static byte[] bytes(String text) {
        return Base64Text.decode(text).orElse(new byte[0]);
    }

    private static boolean isOneByteRepeated(byte[] bytes) {
        byte[] repeated = new byte[bytes.length];
        Arrays.fill(repeated, bytes[0]);
        return Arrays.equals(repeated, bytes);
    }

    /** The key of a text without {@link #fault}. */
    static EncryptionKey parse(String text) {
        return new EncryptionKey(Base64Text.decode(text).orElseThrow());
    }

    /** Tells which key it was, without revealing it. */
    String id() {
        return id;
    }

    /**
     * Encrypts.
     *
     * @param name what this is, so that it cannot be passed off as something else; needed again to open it
     */
    KeyBytes wrap(byte[] clear, String name) {
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, name).doFinal(clear);
            byte[] wrapped = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, wrapped, NONCE_BYTES, sealed.length);
            return new KeyBytes(wrapped);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + CIPHER, e);
        }
    }

    /** Decrypts; empty when it was encrypted under another key or as something else, or has been changed. */
    Optional<byte[]> open(KeyBytes wrapped, String name) {
        byte[] bytes = wrapped.toArray();
        if (bytes.length < NONCE_BYTES) {
            return Optional.empty();
        }
        byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
        try {
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, nonce, name).doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + CIPHER, e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String name) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    @Override
    public String toString() {
        return "EncryptionKey[" + id + "]";
    }
}
