package dev.gatehouse.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.MutableClock;
import dev.gatehouse.Sql;
import dev.gatehouse.TestPostgres;
import dev.gatehouse.database.OwnConnections;
import dev.gatehouse.database.TestConnections;
import dev.gatehouse.token.TokenReplica;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Two replicas on one database, and a service that checks their tokens with a JWK Set that it reads every ten minutes only.
 * Hours pass in seconds: on the clock of the replicas, and in the database as its rows grow older.
 */
class RotationTest {
    /** A short form; docs/CONTRIBUTING.md has the command for a thousand. */
    private static final int ROTATIONS = Integer.getInteger("rotations", 100);

    private static final Duration CACHED = Duration.ofMinutes(10);
    private static final Duration TOKEN = Duration.ofMinutes(30);
    private static final KeySchedule SCHEDULE =
            new KeySchedule(KeyAlgorithm.ES256, Duration.ofHours(1), TOKEN, Duration.ofHours(3));

    private static final String URL = TestPostgres.newDatabase();
    private static final OwnConnections CONNECTIONS = TestConnections.to(URL);

    private final Sql sql = Sql.of(URL);
    private final Connection operator = sql.open();
    private final MutableClock clock = new MutableClock();
    private final Random random = new Random(4711);
    private final Side one = new Side();
    private final Side other = new Side();
    private final List<Issued> alive = new ArrayList<>();
    private final Set<String> signed = new HashSet<>();

    @AfterEach
    void disconnect() throws SQLException {
        one.keys.close();
        other.keys.close();
        operator.close();
    }

    /** One replica: its keys, and its tokens. */
    private final class Side {
        final Replica keys = Replica.started(CONNECTIONS, SCHEDULE);
        final TokenReplica tokens = new TokenReplica(keys.signingKeys(), clock, 100);
    }

    /** A token, and how long ago it was made. */
    private record Issued(String token, Duration madeAt) {}

    /** Checks signatures with what it read last. */
    private static final class Verifier {
        private JsonWebKeySet keys = new JsonWebKeySet();
        private Duration readAt = Duration.ofDays(-1);

        void read(Side from, Duration now) throws JoseException {
            if (now.minus(readAt).compareTo(CACHED) > 0) {
                keys = new JsonWebKeySet(from.keys.jwks());
                readAt = now;
            }
        }

        boolean accepts(String token) throws JoseException {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setCompactSerialization(token);
            String kid = signature.getKeyIdHeaderValue();
            assertThat(keys.findJsonWebKey(kid, null, null, null)).as(kid).isNotNull();
            signature.setKey(keys.findJsonWebKey(kid, null, null, null).getKey());
            return signature.verifySignature();
        }
    }

    @Test
    void aVerifierThatReadsTheKeysEveryTenMinutesKnowsEachKidOverManyRotations() throws JoseException, SQLException {
        Verifier verifier = new Verifier();
        Duration now = Duration.ZERO;
        for (int step = 0; signed.size() <= ROTATIONS; step++) {
            assertThat(step).isLessThan(ROTATIONS * 100);
            Duration passing = Duration.ofSeconds(random.nextInt(8) == 0 ? 1 : 300 + random.nextInt(1500));
            pass(passing);
            now = now.plus(passing);
            List<Side> order = random.nextBoolean() ? List.of(one, other) : List.of(other, one);
            order.getFirst().keys.tick();
            // The one has seen the time and may have changed the keys; the other has not, and signs with what it knew.
            verifier.read(order.getFirst(), now);
            issue(order.getFirst(), now);
            issue(order.getLast(), now);
            check(verifier, now);
            order.getLast().keys.tick();
        }
        assertThat(sql.number("SELECT count(*) FROM service_key WHERE purpose = 'signing'"))
                .isGreaterThan(2);
    }

    private void pass(Duration time) throws SQLException {
        clock.advance(time);
        Sql.update(operator, """
                UPDATE service_key SET created_at = created_at - CAST(? AS interval),
                    signs_from = signs_from - CAST(? AS interval), stopped_at = stopped_at - CAST(? AS interval)""", time.toString(), time.toString(), time.toString());
    }

    private void issue(Side side, Duration now) {
        signed.add(side.keys.signing());
        alive.add(new Issued(side.tokens.issue(), now));
    }

    /** Every token that has not expired is good everywhere, the ones made just now and the older. */
    private void check(Verifier verifier, Duration now) throws JoseException {
        alive.removeIf(issued -> now.minus(issued.madeAt()).compareTo(TOKEN) >= 0);
        List<Issued> newestAndOldest = List.of(alive.getLast(), alive.get(alive.size() - 2), alive.getFirst());
        for (Issued issued : newestAndOldest) {
            assertThat(one.tokens.accepts(issued.token())).isTrue();
            assertThat(other.tokens.accepts(issued.token())).isTrue();
            assertThat(verifier.accepts(issued.token())).isTrue();
        }
    }
}
