package dev.gatehouse.lifecycle;

import jakarta.inject.Singleton;

/** Sweeps when a test says so. */
@Singleton
public class TestSweeper {
    private final Sweeper sweeper;

    TestSweeper(Sweeper sweeper) {
        this.sweeper = sweeper;
    }

    public void sweep() {
        sweeper.sweep();
    }
}
