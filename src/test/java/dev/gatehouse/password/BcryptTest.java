package dev.gatehouse.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bouncycastle.crypto.generators.BCrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.wildfly.security.password.PasswordFactory;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.spec.EncryptablePasswordSpec;
import org.wildfly.security.password.spec.IteratedSaltedPasswordAlgorithmSpec;
import org.wildfly.security.password.util.ModularCrypt;

class BcryptTest {
    /** OpenBSD's, Openwall's, and the seed's. */
    @ParameterizedTest
    @CsvSource({
        "'', $2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        "'', $2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye",
        "61, $2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
        "616263, $2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
        "552a55, $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "552a552a, $2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
        "552a552a55, $2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
        "53706f6e676550617373776f7264, $2a$12$/Gq7g40zZ4/sQ9iWfqVze.Jx5HI5XwCrERITGG/wZivuZ9jhkd0bK",
    })
    void publishedHashesAreReproduced(String keyHex, String hash) throws GeneralSecurityException {
        assertReproduced(keyHex, hash);
    }

    /** Made by python3-bcrypt 3.2.2; Elytron only knows their {@code $2b$} as {@code $2a$}, which means the same. */
    @ParameterizedTest
    @CsvSource({
        "'', $2a$05$UKxXUG21D3GxNY2wYrvOyenH0dwux5xLh/AQ3TgeG/5GI7Lz7FH6.",
        "61, $2a$05$wv84ayZFKGchDaHQYpxTzusbhFa3CYOLJn25hCgcHcrkvZ0eLyW3G",
        "53706f6e676550617373776f7264, $2a$05$fHCQqCVzSRoAJSMEBxcKBuB4GadBer7haZaK5GJTHZlXWJfGoyAPS",
        "cea3ceafcf83cf85cf86cebfcf8220efac81c2b220c2bd, $2a$05$S3/CvOxvTcNSeRsNpnAvsepAgccSzk8.WfRDEavnXrm94qrhPCleG",
        "7878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878, $2a$05$LMTf0k1ZrP9FeEEn1MxrIetHUHti3bRln.oIqAbvjc4GfYyQEwBle",
        "797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979, $2a$05$U8VlH0rBRDr91euwG8XfN.UL2cQfYTZ5.W7qSMvGyILvVpYMvbFum",
        "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748, $2a$05$cW1oOK0K.oaNx.b0bTlpXeOlebFagOIyBYifAOBTX8TPzxJRTwYtK",
        "b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff, $2a$05$/zNQLbFEmeJq41btYpSw3uXRnCVLG0hUiL0Pm6pC2CVe5EMqNbfXe",
    })
    void whatCComputesIsReproduced(String keyHex, String hash) throws GeneralSecurityException {
        assertReproduced(keyHex, hash);
    }

    private static void assertReproduced(String keyHex, String hash) throws GeneralSecurityException {
        BCryptPassword expected = (BCryptPassword) ModularCrypt.decode(hash.toCharArray());
        byte[] actual = Bcrypt.hash(HexFormat.of().parseHex(keyHex), expected.getSalt(), expected.getIterationCount());
        assertThat(actual).isEqualTo(expected.getHash());
    }

    /** What is hashed: random, and the same again for the same seed. Costs are 4 to 8, most of them low. */
    private record Sample(long seed, int highestByte) {
        int cost() {
            return 4 + Integer.numberOfTrailingZeros(16 | new Random(seed + 1).nextInt(16));
        }

        byte[] salt() {
            byte[] salt = new byte[Bcrypt.SALT_BYTES];
            new Random(seed + 2).nextBytes(salt);
            return salt;
        }

        /** 0 to 72 bytes, without NUL. */
        byte[] key() {
            Random random = new Random(seed + 3);
            byte[] key = new byte[random.nextInt(Bcrypt.MAX_KEY_BYTES + 1)];
            for (int i = 0; i < key.length; i++) {
                key[i] = (byte) (1 + random.nextInt(highestByte));
            }
            return key;
        }

        byte[] byBouncyCastle() {
            // Its caller adds the NUL; after 72 bytes there is no room for it.
            byte[] terminated = Arrays.copyOf(key(), Math.min(key().length + 1, Bcrypt.MAX_KEY_BYTES));
            return Arrays.copyOf(BCrypt.generate(terminated, salt(), cost()), Bcrypt.HASH_BYTES);
        }

        byte[] byElytron() {
            try {
                PasswordFactory elytron = PasswordFactory.getInstance(
                        BCryptPassword.ALGORITHM_BCRYPT, new WildFlyElytronPasswordProvider());
                BCryptPassword password = (BCryptPassword) elytron.generatePassword(new EncryptablePasswordSpec(
                        new String(key(), StandardCharsets.US_ASCII).toCharArray(),
                        new IteratedSaltedPasswordAlgorithmSpec(cost(), salt())));
                return password.getHash();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** In batches of one, two and three, of one cost and of several, as many in all as are asked for. */
    private static void assertComputedAlike(int samples, int highestByte, Function<Sample, byte[]> reference) {
        Random random = new Random(42);
        List<List<Sample>> batches = new ArrayList<>();
        for (int n = 0; n < samples; n += batches.getLast().size()) {
            batches.add(Stream.generate(() -> new Sample(random.nextLong(), highestByte))
                    .limit(1 + random.nextInt(Bcrypt.MAX_LANES))
                    .toList());
        }
        batches.parallelStream().forEach(batch -> {
            List<byte[]> hashes = sideBySide(batch);
            for (int i = 0; i < batch.size(); i++) {
                assertThat(hashes.get(i)).as("%s", batch.get(i)).isEqualTo(reference.apply(batch.get(i)));
            }
        });
    }

    /** Whoever is done leaves its lane, and the others go on. */
    private static List<byte[]> sideBySide(List<Sample> batch) {
        List<HashJob> jobs = batch.stream()
                .map(sample -> new HashJob(sample.key(), sample.salt(), sample.cost(), sample.cost()))
                .toList();
        jobs.forEach(job -> assertThat(job.begin()).isTrue());
        List<HashJob> lanes = new ArrayList<>(jobs);
        while (!lanes.isEmpty()) {
            Bcrypt.advance(lanes.stream().map(HashJob::computation).toList(), HashingLanes.ROUNDS_A_TURN);
            lanes.removeIf(job -> job.advanced(HashingLanes.ROUNDS_A_TURN));
        }
        return jobs.stream().map(BcryptTest::digest).toList();
    }

    private static byte[] digest(HashJob job) {
        try {
            return job.awaitDigest();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void bouncyCastleComputesTheSameOfAnyBytesInAnyMixOfLanes() {
        assertComputedAlike(2000, 255, Sample::byBouncyCastle);
    }

    /** Elytron puts text through NFKC, so only what that leaves alone can be compared: here ASCII. */
    @Test
    void elytronComputesTheSameOfAsciiInAnyMixOfLanes() {
        assertComputedAlike(2000, 127, Sample::byElytron);
    }

    @Test
    void whatWasComputedCannotBeReadAfterwards() {
        Bcrypt computation = new Bcrypt("a password".getBytes(StandardCharsets.US_ASCII), new byte[16]);
        Bcrypt.advance(List.of(computation), 16);
        Bcrypt other = new Bcrypt("another".getBytes(StandardCharsets.US_ASCII), new byte[16]);
        computation.wipe();
        other.wipe();
        assertThat(computation.digest()).isEqualTo(other.digest());
    }

    @Test
    void theTablesAreTheFractionOfPi() {
        int bits = BlowfishTables.WORDS.length * Integer.SIZE;
        BigInteger fraction = pi(bits + 128).shiftRight(128).mod(BigInteger.ONE.shiftLeft(bits));
        for (int i = BlowfishTables.WORDS.length - 1; i >= 0; i--) {
            assertThat(fraction.intValue()).as("word %d", i).isEqualTo(BlowfishTables.WORDS[i]);
            fraction = fraction.shiftRight(Integer.SIZE);
        }
    }

    @Test
    void keySaltAndCostHaveBounds() {
        byte[] salt = new byte[16];
        assertThatThrownBy(() -> Bcrypt.hash(new byte[73], salt, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bcrypt.hash(new byte[1], new byte[15], 4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bcrypt.hash(new byte[1], salt, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bcrypt.hash(new byte[1], salt, 32)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Machin's formula, in fixed point with this many bits of fraction. */
    private static BigInteger pi(int bits) {
        BigInteger one = BigInteger.ONE.shiftLeft(bits);
        return arctanOfInverse(5, one)
                .multiply(BigInteger.valueOf(4))
                .subtract(arctanOfInverse(239, one))
                .multiply(BigInteger.valueOf(4));
    }

    private static BigInteger arctanOfInverse(int x, BigInteger one) {
        BigInteger power = one.divide(BigInteger.valueOf(x));
        BigInteger sum = power;
        BigInteger square = BigInteger.valueOf((long) x * x);
        for (int n = 3; power.signum() != 0; n += 2) {
            power = power.divide(square);
            BigInteger term = power.divide(BigInteger.valueOf(n));
            sum = n % 4 == 3 ? sum.subtract(term) : sum.add(term);
        }
        return sum;
    }
}
