package dev.gatehouse.password;

import dev.gatehouse.crypto.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.util.ModularCrypt;

/**
 * A stored password hash in modular crypt format, of one of two forms: plain bcrypt ({@code $2a$}, {@code $2b$},
 * {@code $2y$}: for passwords of up to 72 bytes these mean the same), and passlib's {@code $bcrypt-sha256$v=2}, which
 * puts the password through HMAC-SHA-256 first, so that bytes beyond bcrypt's 72 count.
 */
final class CryptString {
    static final int MIN_COST = 4;
    /** A dearer hash would keep a core busy for seconds at every guess. */
    static final int MAX_COST = 15;

    private static final Pattern PLAIN_FORM =
            Pattern.compile("\\$(2[aby])\\$([0-9]{2})\\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})");
    private static final Pattern PREHASHED_FORM =
            Pattern.compile("\\$bcrypt-sha256\\$v=2,t=(2b),r=([0-9]{1,2})\\$([./A-Za-z0-9]{22})\\$([./A-Za-z0-9]{31})");

    private static final String CURRENT_IDENT = "2b";

    private enum Form {
        PLAIN,
        PREHASHED;

        /** The form in which a password is hashed today. */
        static Form of(byte[] password) {
            return password.length > Bcrypt.MAX_KEY_BYTES ? PREHASHED : PLAIN;
        }
    }

    private final Form form;
    private final String ident;
    private final int cost;
    /** The 22 characters of the salt: the pre-hash is keyed with them and not with the 16 bytes that they stand for. */
    private final String saltText;

    private final BCryptPassword raw;

    private CryptString(Form form, String ident, String saltText, BCryptPassword raw) {
        this.form = form;
        this.ident = ident;
        this.cost = raw.getIterationCount();
        this.saltText = saltText;
        this.raw = raw;
    }

    /** Reads a stored hash; empty when it has none of the known forms or its cost is out of bounds. */
    static Optional<CryptString> parse(String stored) {
        Matcher plain = PLAIN_FORM.matcher(stored);
        if (plain.matches()) {
            return parse(Form.PLAIN, plain);
        }
        Matcher prehashed = PREHASHED_FORM.matcher(stored);
        return prehashed.matches() ? parse(Form.PREHASHED, prehashed) : Optional.empty();
    }

    private static Optional<CryptString> parse(Form form, Matcher parts) {
        int cost = Integer.parseInt(parts.group(2));
        if (cost < MIN_COST || cost > MAX_COST) {
            return Optional.empty();
        }
        BCryptPassword raw = decode(String.format(Locale.ROOT, "$2a$%02d$%s%s", cost, parts.group(3), parts.group(4)));
        return Optional.of(new CryptString(form, parts.group(1), parts.group(3), raw));
    }

    /**
     * A hash that no password has, for names that no account has: checking against it costs what any check costs.
     *
     * @param digest 23 random bytes
     * @param salt 16 random bytes
     * @param cost 4 to 15
     */
    static String matchingNothing(byte[] digest, byte[] salt, int cost) {
        return text(digest, salt, cost);
    }

    /** Elytron does not know {@code $2b$}, so it is shown {@code $2a$}. */
    private static BCryptPassword decode(String elytronForm) {
        try {
            return (BCryptPassword) ModularCrypt.decode(elytronForm.toCharArray());
        } catch (InvalidKeySpecException e) {
            throw new IllegalStateException("the pattern lets only well-formed strings through", e);
        }
    }

    /**
     * Hashes a password into the form that is current for its length.
     *
     * @param password in UTF-8, without NUL; not changed
     * @param salt 16 random bytes
     * @param cost 4 to 15
     */
    static String make(byte[] password, byte[] salt, int cost, Hasher hasher) {
        Form form = Form.of(password);
        String saltText = text(new byte[Bcrypt.HASH_BYTES], salt, cost).substring(7, 29);
        byte[] key = form == Form.PREHASHED ? prehash(password, saltText) : password.clone();
        try {
            String digest = text(hasher.hash(key, salt, cost, cost), salt, cost).substring(29);
            return form == Form.PREHASHED
                    ? String.format(Locale.ROOT, "$bcrypt-sha256$v=2,t=2b,r=%d$%s$%s", cost, saltText, digest)
                    : String.format(Locale.ROOT, "$2b$%02d$%s%s", cost, saltText, digest);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static String text(byte[] hash, byte[] salt, int cost) {
        try {
            return ModularCrypt.encodeAsString(
                    BCryptPassword.createRaw(BCryptPassword.ALGORITHM_BCRYPT, hash, salt, cost));
        } catch (InvalidKeySpecException e) {
            throw new IllegalStateException("a raw bcrypt password can always be encoded", e);
        }
    }

    /**
     * Whether a password is the one that was hashed; takes as long for a wrong one as for the right one. A password of
     * over 72 bytes never matches the plain form, whose maker would have cut it.
     *
     * @param work the cost that it shall take at least, whatever the hash's own is
     */
    boolean matches(byte[] password, int work, Hasher hasher) {
        boolean tooLong = form == Form.PLAIN && Form.of(password) == Form.PREHASHED;
        byte[] key = form == Form.PREHASHED
                ? prehash(password, saltText)
                : Arrays.copyOf(password, Math.min(password.length, Bcrypt.MAX_KEY_BYTES));
        try {
            boolean equal = MessageDigest.isEqual(hasher.hash(key, raw.getSalt(), cost, work), raw.getHash());
            return equal && !tooLong;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** The cost of this hash, 4 to 15. */
    int cost() {
        return cost;
    }

    /** Whether this is what {@link #make} would make of the password today, salt aside. */
    boolean isCurrent(byte[] password, int currentCost) {
        return cost == currentCost && ident.equals(CURRENT_IDENT) && form == Form.of(password);
    }

    /** As passlib: the base64 of HMAC-SHA-256, keyed with the salt's characters. */
    private static byte[] prehash(byte[] password, String saltText) {
        return Base64.getEncoder().encode(HmacSha256.of(saltText.getBytes(StandardCharsets.US_ASCII), password));
    }

    @Override
    public String toString() {
        return "CryptString[redacted]";
    }
}
