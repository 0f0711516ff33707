package dev.gatehouse.key;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.EllipticCurve;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.jose4j.keys.EllipticCurves;
import org.jspecify.annotations.Nullable;

/** What a key is for, by the names of RFC 7518, 3.1 and RFC 8037, 3.1. */
enum KeyAlgorithm {
    /** HMAC with SHA-256 under a secret. */
    HS256("HS256", "HmacSHA256", "none"),

    /** ECDSA on the curve P-256 with SHA-256. */
    ES256("ES256", "EC", "SHA256withECDSA"),

    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    RS256("RS256", "RSA", "SHA256withRSA"),

    /** Ed25519. */
    EDDSA("EdDSA", "Ed25519", "Ed25519");

    /** RSA of 3072 bits has the 128 bits of security that ASVS 5.0, 11.2.3 asks for. */
    private static final int RSA_BITS = 3072;

    /** With a shorter key the signatures of RFC 7518, 3.3 must not be made. */
    private static final int LEAST_RSA_BITS = 2048;

    private static final int MESSAGE_BYTES = 32;

    private final String joseName;
    private final String platformName;
    private final String signatureName;

    KeyAlgorithm(String joseName, String platformName, String signatureName) {
        this.joseName = joseName;
        this.platformName = platformName;
        this.signatureName = signatureName;
    }

    /** The {@code alg} of tokens and of the JWK. */
    String joseName() {
        return joseName;
    }

    /** Returns the algorithm with this {@code alg}. */
    static KeyAlgorithm named(String joseName) {
        return find(joseName).orElseThrow(() -> new IllegalArgumentException("no algorithm of ours: " + joseName));
    }

    /** Returns the algorithm with this {@code alg}; empty if there is none. */
    static Optional<KeyAlgorithm> find(@Nullable String joseName) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.joseName.equals(joseName))
                .findFirst();
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

    /**
     * Reads a SubjectPublicKeyInfo.
     *
     * @throws IllegalArgumentException if it is not one, or if no signature of this algorithm can be verified under it
     */
    PublicKey publicKey(byte[] encoded) {
        try {
            PublicKey key = KeyFactory.getInstance(platformName).generatePublic(new X509EncodedKeySpec(encoded));
            if (!Arrays.equals(key.getEncoded(), encoded) || !isOfSize(key)) {
                throw new IllegalArgumentException("not a public key of " + joseName + " as the service writes it");
            }
            signature().initVerify(key); // Finds a point that is not on the curve of Ed25519.
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a public key of " + joseName, e);
        }
    }

    private static boolean isOfSize(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> isOnP256(ec);
            case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
            default -> true;
        };
    }

    /** The Java platform finds this only when it verifies. Others refuse a JWK Set with such a key as a whole. */
    private static boolean isOnP256(ECPublicKey key) {
        EllipticCurve curve = EllipticCurves.P256.getCurve();
        if (!curve.equals(key.getParams().getCurve())) {
            return false;
        }
        BigInteger prime = ((ECFieldFp) curve.getField()).getP();
        BigInteger x = key.getW().getAffineX();
        BigInteger y = key.getW().getAffineY();
        BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB());
        return x.max(y).compareTo(prime) < 0
                && y.pow(2).subtract(right).mod(prime).signum() == 0;
    }

    /**
     * Returns true if the public key is that of the private key. The Java platform cannot compute a public key of
     * {@link #ES256}, so this signs a random message and verifies it. Under another public key the signature verifies only
     * by chance: its nonce and the message are chosen here, after both keys. RSA has private keys for which several
     * public exponents verify, so both numbers are compared as well.
     */
    boolean isPair(PrivateKey privateKey, PublicKey publicKey) {
        byte[] message = new byte[MESSAGE_BYTES];
        new SecureRandom().nextBytes(message);
        try {
            Signature signature = signature();
            signature.initSign(privateKey);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(message);
            return signature.verify(signed) && hasSameNumbers(privateKey, publicKey);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean hasSameNumbers(PrivateKey privateKey, PublicKey publicKey) {
        return !(publicKey instanceof RSAPublicKey rsa)
                || (privateKey instanceof RSAPrivateCrtKey own
                        && own.getModulus().equals(rsa.getModulus())
                        && own.getPublicExponent().equals(rsa.getPublicExponent()));
    }

    private Signature signature() throws GeneralSecurityException {
        return Signature.getInstance(signatureName);
    }

    /**
     * Reads a PKCS #8 private key.
     *
     * @throws IllegalArgumentException if it is not one
     */
    PrivateKey privateKey(byte[] encoded) {
        try {
            return KeyFactory.getInstance(platformName).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a private key of " + joseName, e);
        }
    }
}
