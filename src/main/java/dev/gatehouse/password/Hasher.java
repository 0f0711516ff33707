package dev.gatehouse.password;

/** Computes bcrypt, here or elsewhere, and returns when that is done. */
interface Hasher {
    /**
     * The hash of a key.
     *
     * @param key 0 to 72 bytes without NUL; not changed
     * @param salt 16 bytes
     * @param cost 4 to 31
     * @param work the cost that it shall take at least, whatever the hash's own is
     * @return 23 bytes
     */
    byte[] hash(byte[] key, byte[] salt, int cost, int work);
}
