package dev.gatehouse.lifecycle;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Makes the clock that beans inject, so that a test can set the time. */
@Singleton
class Clocks {
    @Produces
    @Singleton
    Clock system() {
        return Clock.systemUTC();
    }
}
