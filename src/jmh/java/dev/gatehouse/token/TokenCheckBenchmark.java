package dev.gatehouse.token;

import dev.gatehouse.key.KeysInMemory;
import dev.gatehouse.key.SigningKeys;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one access token costs: to check when it is new and when it is remembered, and to make. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenCheckBenchmark {
    @Param({"HS256", "ES256", "RS256", "EdDSA"})
    public String algorithm;

    private TokenReplica remembering;
    private TokenReplica forgetful;
    private String token;

    @Setup
    public void makeToken() {
        SigningKeys keys = KeysInMemory.of(algorithm);
        remembering = new TokenReplica(keys, Clock.systemUTC(), 10_000);
        forgetful = new TokenReplica(keys, Clock.systemUTC(), 0);
        token = remembering.issue();
    }

    @Benchmark
    public AccessTokens.TokenCheckOutcome cached() {
        return remembering.check(token);
    }

    @Benchmark
    public AccessTokens.TokenCheckOutcome uncached() {
        return forgetful.check(token);
    }

    @Benchmark
    public String issue() {
        return forgetful.issue();
    }
}
