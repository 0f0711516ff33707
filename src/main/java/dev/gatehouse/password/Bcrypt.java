package dev.gatehouse.password;

import java.util.Arrays;
import java.util.List;

/**
 * One computation of bcrypt on bytes: the EksBlowfish of Provos and Mazieres, "A Future-Adaptable Password Scheme" (USENIX
 * 1999), as OpenBSD's {@code $2b$} has it. Up to three of them advance side by side in one thread.
 *
 * <p>It exists for two reasons. bcrypt waits for table look-ups and leaves most of a core idle: three computations whose
 * steps alternate take less than half the time each that Bouncy Castle's takes alone (docs/performance.md), and no library
 * does that in Java. And Elytron's bcrypt takes only text, which it puts through NFKC first, so that its hash of a password
 * with, say, a ligature is not the one that any other bcrypt computes. Elytron and Bouncy Castle are its references in the
 * tests.
 */
final class Bcrypt {
    /** What is used of a key; the rest changes nothing. */
    static final int MAX_KEY_BYTES = 72;

    static final int SALT_BYTES = 16;

    /** 23 of the 24 bytes of ciphertext, which is all that the modular crypt format keeps. */
    static final int HASH_BYTES = 23;

    /** How many computations advance side by side at most. */
    static final int MAX_LANES = 3;

    private static final int P_WORDS = 18;
    private static final int S_WORDS = 1024;

    /** Where the second, third and fourth S-box begin; the first one begins at 0. */
    private static final int S1 = 256;

    private static final int S2 = 512;
    private static final int S3 = 768;

    private static final int ENCRYPTIONS = 64;
    static final int MIN_COST = 4;
    private static final int MAX_COST = 31;

    private int[] subkeys = Arrays.copyOf(BlowfishTables.WORDS, P_WORDS);
    private int[] boxes = Arrays.copyOfRange(BlowfishTables.WORDS, P_WORDS, P_WORDS + S_WORDS);
    private final int[] key;
    private final int[] salt;
    private int left;
    private int right;

    /**
     * Begins a computation.
     *
     * @param key 0 to 72 bytes without NUL; not changed
     * @param salt 16 bytes
     */
    Bcrypt(byte[] key, byte[] salt) {
        if (key.length > MAX_KEY_BYTES || salt.length != SALT_BYTES) {
            throw new IllegalArgumentException("key or salt out of bounds");
        }
        // The key counts with the NUL that ends it in C, repeated until it fills the eighteen words.
        byte[] terminated = Arrays.copyOf(key, key.length + 1);
        this.key = words(terminated);
        this.salt = words(salt);
        Arrays.fill(terminated, (byte) 0);
        mix(subkeys, this.key);
        expandWithSalt();
    }

    /** The number of rounds of a cost, 4 to 31. */
    static long rounds(int cost) {
        if (cost < MIN_COST || cost > MAX_COST) {
            throw new IllegalArgumentException("cost out of bounds");
        }
        return 1L << cost;
    }

    /**
     * The hash of a key, computed alone.
     *
     * @param key 0 to 72 bytes without NUL; not changed
     * @param salt 16 bytes
     * @param cost base 2 logarithm of the number of rounds, 4 to 31
     * @return 23 bytes
     */
    static byte[] hash(byte[] key, byte[] salt, int cost) {
        long rounds = rounds(cost);
        Bcrypt computation = new Bcrypt(key, salt);
        try {
            advance(List.of(computation), rounds);
            return computation.digest();
        } finally {
            computation.wipe();
        }
    }

    /**
     * Computes this many rounds more of each.
     *
     * @param lanes 1 to {@value #MAX_LANES} different computations
     */
    static void advance(List<Bcrypt> lanes, long rounds) {
        switch (lanes.size()) {
            case 1 -> advance(lanes.get(0), rounds);
            case 2 -> advance(lanes.get(0), lanes.get(1), rounds);
            case 3 -> advance(lanes.get(0), lanes.get(1), lanes.get(2), rounds);
            default -> throw new IllegalArgumentException("1 to 3 lanes");
        }
    }

    // The loops of one, two and three lanes are written out, because a lane's two halves must stay in registers. The
    // Feistel function is written into them: GraalVM's compiler of executables would call it instead of inlining it.
    // The sixteen rounds stay a loop. If they were written out, that compiler would order one lane's rounds after
    // another's, and three lanes would take 1.5 times as long.
    //
    // The loops work on copies because the compiler knows the length of an array that it sees being made, and then
    // checks no bound at any look-up. That is an eighth of the time. A half is combined with its subkey first, while
    // the look-ups are awaited. What is the same for all lanes stands on neighbouring lines, so that their look-ups
    // overlap.

    private static void advance(Bcrypt a, long rounds) {
        int[] pA = Arrays.copyOf(a.subkeys, P_WORDS);
        int[] sA = Arrays.copyOf(a.boxes, S_WORDS);
        for (long expansion = 0; expansion < 2 * rounds; expansion++) {
            boolean withKey = (expansion & 1) == 0;
            mix(pA, withKey ? a.key : a.salt);
            int lA = 0;
            int rA = 0;
            for (int i = 0; i < P_WORDS; i += 2) {
                lA ^= pA[0];
                for (int n = 1; n < P_WORDS - 1; n += 2) {
                    rA = (rA ^ pA[n])
                            ^ (((sA[lA >>> 24] + sA[S1 + ((lA >>> 16) & 0xff)]) ^ sA[S2 + ((lA >>> 8) & 0xff)])
                                    + sA[S3 + (lA & 0xff)]);
                    lA = (lA ^ pA[n + 1])
                            ^ (((sA[rA >>> 24] + sA[S1 + ((rA >>> 16) & 0xff)]) ^ sA[S2 + ((rA >>> 8) & 0xff)])
                                    + sA[S3 + (rA & 0xff)]);
                }
                int swapA = lA;
                lA = rA ^ pA[P_WORDS - 1];
                rA = swapA;
                pA[i] = lA;
                pA[i + 1] = rA;
            }
            for (int i = 0; i < S_WORDS; i += 2) {
                lA ^= pA[0];
                for (int n = 1; n < P_WORDS - 1; n += 2) {
                    rA = (rA ^ pA[n])
                            ^ (((sA[lA >>> 24] + sA[S1 + ((lA >>> 16) & 0xff)]) ^ sA[S2 + ((lA >>> 8) & 0xff)])
                                    + sA[S3 + (lA & 0xff)]);
                    lA = (lA ^ pA[n + 1])
                            ^ (((sA[rA >>> 24] + sA[S1 + ((rA >>> 16) & 0xff)]) ^ sA[S2 + ((rA >>> 8) & 0xff)])
                                    + sA[S3 + (rA & 0xff)]);
                }
                int swapA = lA;
                lA = rA ^ pA[P_WORDS - 1];
                rA = swapA;
                sA[i] = lA;
                sA[i + 1] = rA;
            }
        }
        a.replaceState(pA, sA);
    }

    private static void advance(Bcrypt a, Bcrypt b, long rounds) {
        int[] pA = Arrays.copyOf(a.subkeys, P_WORDS);
        int[] sA = Arrays.copyOf(a.boxes, S_WORDS);
        int[] pB = Arrays.copyOf(b.subkeys, P_WORDS);
        int[] sB = Arrays.copyOf(b.boxes, S_WORDS);
        for (long expansion = 0; expansion < 2 * rounds; expansion++) {
            boolean withKey = (expansion & 1) == 0;
            mix(pA, withKey ? a.key : a.salt);
            mix(pB, withKey ? b.key : b.salt);
            int lA = 0;
            int rA = 0;
            int lB = 0;
            int rB = 0;
            for (int i = 0; i < P_WORDS; i += 2) {
                lA ^= pA[0];
                lB ^= pB[0];
                for (int n = 1; n < P_WORDS - 1; n += 2) {
                    rA = (rA ^ pA[n])
                            ^ (((sA[lA >>> 24] + sA[S1 + ((lA >>> 16) & 0xff)]) ^ sA[S2 + ((lA >>> 8) & 0xff)])
                                    + sA[S3 + (lA & 0xff)]);
                    rB = (rB ^ pB[n])
                            ^ (((sB[lB >>> 24] + sB[S1 + ((lB >>> 16) & 0xff)]) ^ sB[S2 + ((lB >>> 8) & 0xff)])
                                    + sB[S3 + (lB & 0xff)]);
                    lA = (lA ^ pA[n + 1])
                            ^ (((sA[rA >>> 24] + sA[S1 + ((rA >>> 16) & 0xff)]) ^ sA[S2 + ((rA >>> 8) & 0xff)])
                                    + sA[S3 + (rA & 0xff)]);
                    lB = (lB ^ pB[n + 1])
                            ^ (((sB[rB >>> 24] + sB[S1 + ((rB >>> 16) & 0xff)]) ^ sB[S2 + ((rB >>> 8) & 0xff)])
                                    + sB[S3 + (rB & 0xff)]);
                }
                int swapA = lA;
                lA = rA ^ pA[P_WORDS - 1];
                rA = swapA;
                pA[i] = lA;
                pA[i + 1] = rA;
                int swapB = lB;
                lB = rB ^ pB[P_WORDS - 1];
                rB = swapB;
                pB[i] = lB;
                pB[i + 1] = rB;
            }
            for (int i = 0; i < S_WORDS; i += 2) {
                lA ^= pA[0];
                lB ^= pB[0];
                for (int n = 1; n < P_WORDS - 1; n += 2) {
                    rA = (rA ^ pA[n])
                            ^ (((sA[lA >>> 24] + sA[S1 + ((lA >>> 16) & 0xff)]) ^ sA[S2 + ((lA >>> 8) & 0xff)])
                                    + sA[S3 + (lA & 0xff)]);
                    rB = (rB ^ pB[n])
                            ^ (((sB[lB >>> 24] + sB[S1 + ((lB >>> 16) & 0xff)]) ^ sB[S2 + ((lB >>> 8) & 0xff)])
                                    + sB[S3 + (lB & 0xff)]);
                    lA = (lA ^ pA[n + 1])
                            ^ (((sA[rA >>> 24] + sA[S1 + ((rA >>> 16) & 0xff)]) ^ sA[S2 + ((rA >>> 8) & 0xff)])
                                    + sA[S3 + (rA & 0xff)]);
                    lB = (lB ^ pB[n + 1])
                            ^ (((sB[rB >>> 24] + sB[S1 + ((rB >>> 16) & 0xff)]) ^ sB[S2 + ((rB >>> 8) & 0xff)])
                                    + sB[S3 + (rB & 0xff)]);
                }
                int swapA = lA;
                lA = rA ^ pA[P_WORDS - 1];
                rA = swapA;
                sA[i] = lA;
                sA[i + 1] = rA;
                int swapB = lB;
                lB = rB ^ pB[P_WORDS - 1];
                rB = swapB;
                sB[i] = lB;
                sB[i + 1] = rB;
            }
        }
        a.replaceState(pA, sA);
        b.replaceState(pB, sB);
    }

    private static void advance(Bcrypt a, Bcrypt b, Bcrypt c, long rounds) {
        int[] pA = Arrays.copyOf(a.subkeys, P_WORDS);
        int[] sA = Arrays.copyOf(a.boxes, S_WORDS);
        int[] pB = Arrays.copyOf(b.subkeys, P_WORDS);
        int[] sB = Arrays.copyOf(b.boxes, S_WORDS);
        int[] pC = Arrays.copyOf(c.subkeys, P_WORDS);
        int[] sC = Arrays.copyOf(c.boxes, S_WORDS);
        for (long expansion = 0; expansion < 2 * rounds; expansion++) {
            boolean withKey = (expansion & 1) == 0;
            mix(pA, withKey ? a.key : a.salt);
            mix(pB, withKey ? b.key : b.salt);
            mix(pC, withKey ? c.key : c.salt);
            int lA = 0;
            int rA = 0;
            int lB = 0;
            int rB = 0;
            int lC = 0;
            int rC = 0;
            for (int i = 0; i < P_WORDS; i += 2) {
                lA ^= pA[0];
                lB ^= pB[0];
                lC ^= pC[0];
                for (int n = 1; n < P_WORDS - 1; n += 2) {
                    rA = (rA ^ pA[n])
                            ^ (((sA[lA >>> 24] + sA[S1 + ((lA >>> 16) & 0xff)]) ^ sA[S2 + ((lA >>> 8) & 0xff)])
                                    + sA[S3 + (lA & 0xff)]);
                    rB = (rB ^ pB[n])
                            ^ (((sB[lB >>> 24] + sB[S1 + ((lB >>> 16) & 0xff)]) ^ sB[S2 + ((lB >>> 8) & 0xff)])
                                    + sB[S3 + (lB & 0xff)]);
                    rC = (rC ^ pC[n])
                            ^ (((sC[lC >>> 24] + sC[S1 + ((lC >>> 16) & 0xff)]) ^ sC[S2 + ((lC >>> 8) & 0xff)])
                                    + sC[S3 + (lC & 0xff)]);
                    lA = (lA ^ pA[n + 1])
                            ^ (((sA[rA >>> 24] + sA[S1 + ((rA >>> 16) & 0xff)]) ^ sA[S2 + ((rA >>> 8) & 0xff)])
                                    + sA[S3 + (rA & 0xff)]);
                    lB = (lB ^ pB[n + 1])
                            ^ (((sB[rB >>> 24] + sB[S1 + ((rB >>> 16) & 0xff)]) ^ sB[S2 + ((rB >>> 8) & 0xff)])
                                    + sB[S3 + (rB & 0xff)]);
                    lC = (lC ^ pC[n + 1])
                            ^ (((sC[rC >>> 24] + sC[S1 + ((rC >>> 16) & 0xff)]) ^ sC[S2 + ((rC >>> 8) & 0xff)])
                                    + sC[S3 + (rC & 0xff)]);
                }
                int swapA = lA;
                lA = rA ^ pA[P_WORDS - 1];
                rA = swapA;
                pA[i] = lA;
                pA[i + 1] = rA;
                int swapB = lB;
                lB = rB ^ pB[P_WORDS - 1];
                rB = swapB;
                pB[i] = lB;
                pB[i + 1] = rB;
                int swapC = lC;
                lC = rC ^ pC[P_WORDS - 1];
                rC = swapC;
                pC[i] = lC;
                pC[i + 1] = rC;
            }
            for (int i = 0; i < S_WORDS; i += 2) {
                lA ^= pA[0];
                lB ^= pB[0];
                lC ^= pC[0];
                for (int n = 1; n < P_WORDS - 1; n += 2) {
                    rA = (rA ^ pA[n])
                            ^ (((sA[lA >>> 24] + sA[S1 + ((lA >>> 16) & 0xff)]) ^ sA[S2 + ((lA >>> 8) & 0xff)])
                                    + sA[S3 + (lA & 0xff)]);
                    rB = (rB ^ pB[n])
                            ^ (((sB[lB >>> 24] + sB[S1 + ((lB >>> 16) & 0xff)]) ^ sB[S2 + ((lB >>> 8) & 0xff)])
                                    + sB[S3 + (lB & 0xff)]);
                    rC = (rC ^ pC[n])
                            ^ (((sC[lC >>> 24] + sC[S1 + ((lC >>> 16) & 0xff)]) ^ sC[S2 + ((lC >>> 8) & 0xff)])
                                    + sC[S3 + (lC & 0xff)]);
                    lA = (lA ^ pA[n + 1])
                            ^ (((sA[rA >>> 24] + sA[S1 + ((rA >>> 16) & 0xff)]) ^ sA[S2 + ((rA >>> 8) & 0xff)])
                                    + sA[S3 + (rA & 0xff)]);
                    lB = (lB ^ pB[n + 1])
                            ^ (((sB[rB >>> 24] + sB[S1 + ((rB >>> 16) & 0xff)]) ^ sB[S2 + ((rB >>> 8) & 0xff)])
                                    + sB[S3 + (rB & 0xff)]);
                    lC = (lC ^ pC[n + 1])
                            ^ (((sC[rC >>> 24] + sC[S1 + ((rC >>> 16) & 0xff)]) ^ sC[S2 + ((rC >>> 8) & 0xff)])
                                    + sC[S3 + (rC & 0xff)]);
                }
                int swapA = lA;
                lA = rA ^ pA[P_WORDS - 1];
                rA = swapA;
                sA[i] = lA;
                sA[i + 1] = rA;
                int swapB = lB;
                lB = rB ^ pB[P_WORDS - 1];
                rB = swapB;
                sB[i] = lB;
                sB[i + 1] = rB;
                int swapC = lC;
                lC = rC ^ pC[P_WORDS - 1];
                rC = swapC;
                sC[i] = lC;
                sC[i + 1] = rC;
            }
        }
        a.replaceState(pA, sA);
        b.replaceState(pB, sB);
        c.replaceState(pC, sC);
    }

    private void replaceState(int[] newSubkeys, int[] newBoxes) {
        Arrays.fill(subkeys, 0);
        Arrays.fill(boxes, 0);
        subkeys = newSubkeys;
        boxes = newBoxes;
    }

    private static void mix(int[] subkeys, int[] words) {
        for (int i = 0; i < P_WORDS; i++) {
            subkeys[i] ^= words[i];
        }
    }

    /** Fills subkeys and boxes anew, with the salt's two halves put into the blocks by turns. Runs once. */
    private void expandWithSalt() {
        left = 0;
        right = 0;
        for (int i = 0; i < P_WORDS + S_WORDS; i += 2) {
            left ^= salt[i & 2];
            right ^= salt[(i & 2) + 1];
            encipher();
            int[] target = i < P_WORDS ? subkeys : boxes;
            int at = i < P_WORDS ? i : i - P_WORDS;
            target[at] = left;
            target[at + 1] = right;
        }
    }

    /** The hash after the rounds so far, {@value #HASH_BYTES} bytes. More rounds may follow. */
    byte[] digest() {
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
        int[] p = subkeys;
        int[] s = boxes;
        int l = left ^ p[0];
        int r = right;
        for (int i = 1; i < P_WORDS - 1; i += 2) {
            r ^= feistel(s, l) ^ p[i];
            l ^= feistel(s, r) ^ p[i + 1];
        }
        left = r ^ p[P_WORDS - 1];
        right = l;
    }

    private static int feistel(int[] boxes, int x) {
        return ((boxes[x >>> 24] + boxes[S1 + ((x >>> 16) & 0xff)]) ^ boxes[S2 + ((x >>> 8) & 0xff)])
                + boxes[S3 + (x & 0xff)];
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

    /** Forgets the key and everything that was computed from it. */
    void wipe() {
        Arrays.fill(key, 0);
        Arrays.fill(subkeys, 0);
        Arrays.fill(boxes, 0);
        left = 0;
        right = 0;
    }
}
