package dev.gatehouse.key;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/** What a key is for, by the names of RFC 7518, 3.1 and RFC 8037, 3.1. */
public enum KeyAlgorithm {
    /** HMAC with SHA-256 under a secret. */
    HS256("HS256", "HmacSHA256"),

    /** ECDSA on the curve P-256 with SHA-256. */
    ES256("ES256", "EC"),

    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    RS256("RS256", "RSA"),

    /** Ed25519. */
    EDDSA("EdDSA", "Ed25519");

    /** RSA of 3072 bits has the 128 bits of security that ASVS 5.0, 11.2.3 asks for. */
    private static final int RSA_BITS = 3072;

    private final String joseName;
    private final String platformName;

    KeyAlgorithm(String joseName, String platformName) {
        this.joseName = joseName;
        this.platformName = platformName;
    }

    /** The {@code alg} of tokens and of the JWK. */
    public String joseName() {
        return joseName;
    }

    /** The algorithm with this {@code alg}. */
    static KeyAlgorithm named(String joseName) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.joseName.equals(joseName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no algorithm of ours: " + joseName));
    }

    /** Makes a new pair. Takes a second and more for RSA. Not for {@link #HS256}. */
    KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(platformName);
            switch (this) {
                case ES256 -> generator.initialize(new ECGenParameterSpec("secp256r1"));
                case RS256 -> generator.initialize(RSA_BITS);
                case EDDSA, HS256 -> {}
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + platformName, e);
        }
    }

    /** Reads a SubjectPublicKeyInfo. */
    PublicKey publicKey(byte[] encoded) {
        try {
            return KeyFactory.getInstance(platformName).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a public key of " + joseName, e);
        }
    }

    /** Reads a PKCS #8 private key. */
    PrivateKey privateKey(byte[] encoded) {
        try {
            return KeyFactory.getInstance(platformName).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a private key of " + joseName, e);
        }
    }
}
