package dev.gatehouse.password;

import java.util.Arrays;

/**
 * bcrypt on bytes: the EksBlowfish of Provos and Mazieres, "A Future-Adaptable Password Scheme" (USENIX 1999), as
 * OpenBSD's {@code $2b$} has it.
 *
 * <p>It exists because Elytron's bcrypt takes only text and puts that through NFKC first, so that its hash of a password
 * with, say, a ligature is not the one that any other bcrypt computes. Elytron is its reference in the tests.
 */
final class Bcrypt {
    /** What is used of a key; the rest changes nothing. */
    static final int MAX_KEY_BYTES = 72;

    static final int SALT_BYTES = 16;

    /** 23 of the 24 bytes of ciphertext, which is all that the modular crypt format keeps. */
    static final int HASH_BYTES = 23;

    private static final int P_WORDS = 18;
    private static final int S_WORDS = 1024;
    private static final int ENCRYPTIONS = 64;

    private final int[] p = Arrays.copyOf(BlowfishTables.WORDS, P_WORDS);
    private final int[] s = Arrays.copyOfRange(BlowfishTables.WORDS, P_WORDS, P_WORDS + S_WORDS);
    private int left;
    private int right;

    private Bcrypt() {}

    /**
     * The hash of a key.
     *
     * @param key 0 to 72 bytes without NUL; not changed
     * @param salt 16 bytes
     * @param cost base 2 logarithm of the number of rounds, 4 to 31
     * @return 23 bytes
     */
    static byte[] hash(byte[] key, byte[] salt, int cost) {
        if (key.length > MAX_KEY_BYTES || salt.length != SALT_BYTES || cost < 4 || cost > 31) {
            throw new IllegalArgumentException("key, salt or cost out of bounds");
        }
        // The key counts with the NUL that ends it in C, repeated until it fills the eighteen words.
        byte[] terminated = Arrays.copyOf(key, key.length + 1);
        int[] keyWords = words(terminated);
        Bcrypt state = new Bcrypt();
        try {
            return state.run(keyWords, words(salt), 1L << cost);
        } finally {
            Arrays.fill(terminated, (byte) 0);
            Arrays.fill(keyWords, 0);
            state.wipe();
        }
    }

    private byte[] run(int[] key, int[] salt, long rounds) {
        mix(key);
        expandWithSalt(salt);
        for (long round = 0; round < rounds; round++) {
            mix(key);
            expand();
            mix(salt);
            expand();
        }
        return encryptText();
    }

    private void mix(int[] key) {
        for (int i = 0; i < P_WORDS; i++) {
            p[i] ^= key[i];
        }
    }

    private void expand() {
        left = 0;
        right = 0;
        for (int i = 0; i < P_WORDS; i += 2) {
            encipher();
            p[i] = left;
            p[i + 1] = right;
        }
        for (int i = 0; i < S_WORDS; i += 2) {
            encipher();
            s[i] = left;
            s[i + 1] = right;
        }
    }

    /** As {@link #expand()}, with the salt's two halves put into the blocks by turns. Runs once a hash. */
    private void expandWithSalt(int[] salt) {
        left = 0;
        right = 0;
        for (int i = 0; i < P_WORDS + S_WORDS; i += 2) {
            left ^= salt[i & 2];
            right ^= salt[(i & 2) + 1];
            encipher();
            int[] target = i < P_WORDS ? p : s;
            int at = i < P_WORDS ? i : i - P_WORDS;
            target[at] = left;
            target[at + 1] = right;
        }
    }

    private byte[] encryptText() {
        int[] text = BlowfishTables.TEXT.clone();
        for (int i = 0; i < text.length; i += 2) {
            left = text[i];
            right = text[i + 1];
            for (int n = 0; n < ENCRYPTIONS; n++) {
                encipher();
            }
            text[i] = left;
            text[i + 1] = right;
        }
        byte[] hash = new byte[HASH_BYTES];
        for (int i = 0; i < HASH_BYTES; i++) {
            hash[i] = (byte) (text[i / 4] >>> (24 - 8 * (i % 4)));
        }
        return hash;
    }

    /** One Blowfish block; the sixteen rounds go in pairs, so that the halves need not be swapped. */
    private void encipher() {
        int[] subkeys = p;
        int[] boxes = s;
        int l = left ^ subkeys[0];
        int r = right;
        for (int i = 1; i < P_WORDS - 1; i += 2) {
            r ^= feistel(boxes, l) ^ subkeys[i];
            l ^= feistel(boxes, r) ^ subkeys[i + 1];
        }
        left = r ^ subkeys[P_WORDS - 1];
        right = l;
    }

    private static int feistel(int[] boxes, int x) {
        return ((boxes[x >>> 24] + boxes[0x100 | ((x >>> 16) & 0xff)]) ^ boxes[0x200 | ((x >>> 8) & 0xff)])
                + boxes[0x300 | (x & 0xff)];
    }

    /** Big-endian words, as many as there are subkeys, from bytes that are read again and again. */
    private static int[] words(byte[] bytes) {
        int[] words = new int[P_WORDS];
        int at = 0;
        for (int i = 0; i < P_WORDS; i++) {
            for (int n = 0; n < Integer.BYTES; n++) {
                words[i] = (words[i] << 8) | (bytes[at] & 0xff);
                at = (at + 1) % bytes.length;
            }
        }
        return words;
    }

    private void wipe() {
        Arrays.fill(p, 0);
        Arrays.fill(s, 0);
        left = 0;
        right = 0;
    }
}
