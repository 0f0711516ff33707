package dev.gatehouse.lifecycle;

/** A table of which some rows are of no use any more after some time. */
public interface SweptTable {
    /**
     * Looks at rows that are due, in one small transaction, and leaves those that another call holds to the next time.
     *
     * @param atMost how many
     * @return how many were due
     */
    int sweep(int atMost);
}
