package dev.gatehouse.password;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bouncycastle.crypto.generators.BCrypt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.wildfly.security.password.Password;
import org.wildfly.security.password.PasswordFactory;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.spec.EncryptablePasswordSpec;
import org.wildfly.security.password.spec.IteratedSaltedPasswordAlgorithmSpec;

/** What one bcrypt hash costs in one thread: ours alone and side by side with others, and two libraries'. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HashBenchmark {
    private static final String PASSWORD = "SpongePassword";
    private static final byte[] KEY = PASSWORD.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SALT = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    @Param({"10", "12"})
    public int cost;

    @Benchmark
    public List<byte[]> ourOneLane() {
        return sideBySide(1);
    }

    @Benchmark
    @OperationsPerInvocation(2)
    public List<byte[]> ourTwoLanes() {
        return sideBySide(2);
    }

    @Benchmark
    @OperationsPerInvocation(3)
    public List<byte[]> ourThreeLanes() {
        return sideBySide(3);
    }

    private List<byte[]> sideBySide(int lanes) {
        List<Bcrypt> computations =
                Stream.generate(() -> new Bcrypt(KEY, SALT)).limit(lanes).toList();
        for (long done = 0; done < Bcrypt.rounds(cost); done += HashingLanes.ROUNDS_A_TURN) {
            Bcrypt.advance(computations, HashingLanes.ROUNDS_A_TURN);
        }
        return computations.stream().map(Bcrypt::digest).toList();
    }

    @Benchmark
    public byte[] bouncyCastle() {
        return BCrypt.generate(BCrypt.passwordToByteArray(PASSWORD.toCharArray()), SALT, cost);
    }

    @Benchmark
    public Password elytron() throws GeneralSecurityException {
        return PasswordFactory.getInstance(BCryptPassword.ALGORITHM_BCRYPT, new WildFlyElytronPasswordProvider())
                .generatePassword(new EncryptablePasswordSpec(
                        PASSWORD.toCharArray(), new IteratedSaltedPasswordAlgorithmSpec(cost, SALT)));
    }
}
