package dev.gatehouse.key;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gatehouse.Sql;
import dev.gatehouse.crypto.HmacSha256;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives tests the keys that an attacker should not have. */
public final class TestKeys {
    /** The secret that the service under test accepts and does not sign with. */
    public static final byte[] SECRET = "known only to the tests, and long enough".getBytes(UTF_8);

    private TestKeys() {}

    /** The kid of tokens under a secret. */
    public static String kid(byte[] secret) {
        return Base64Text.encode(HmacSha256.derive(secret, "gatehouse kid", 8));
    }

    /** The private half of a key that stands in a database in clear. */
    public static PrivateKey privateKey(Sql sql, String kid) {
        Map<String, @Nullable Object> row = sql.rows("SELECT algorithm, material FROM service_key WHERE id = ?", kid)
                .getFirst();
        return algorithm(row).privateKey(UsableKeys.required((byte[]) row.get("material")));
    }

    /** The public half of a key. */
    public static PublicKey publicKey(Sql sql, String kid) {
        Map<String, @Nullable Object> row = sql.rows("SELECT algorithm, public_key FROM service_key WHERE id = ?", kid)
                .getFirst();
        return algorithm(row).publicKey(UsableKeys.required((byte[]) row.get("public_key")));
    }

    private static KeyAlgorithm algorithm(Map<String, @Nullable Object> row) {
        return KeyAlgorithm.named(String.valueOf(row.get("algorithm")));
    }
}
