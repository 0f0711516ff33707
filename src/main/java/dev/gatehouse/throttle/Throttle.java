package dev.gatehouse.throttle;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.database.DatabaseException;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Decides whether an attempt may be made, and counts it. An attempt is reserved before its password is hashed, in one
 * statement that counts it as failed, so that those which come at once cannot all slip through; how it ended is said
 * afterwards. Each call is one statement and holds no connection when it returns.
 */
@Singleton
public class Throttle {
    private static final Logger LOG = Logger.getLogger(Throttle.class);

    /** How many attempts of one network may be under way that have not failed. */
    private static final int ROOM = 100;

    /** How many networks' sign-ups an IPv6 site may try. */
    private static final int NETWORKS_OF_A_SITE = 5;

    private static final double SECONDS_AN_HOUR = Duration.ofHours(1).toSeconds();

    private final ThrottleConfig config;
    private final ThrottleTable table;
    private final Settlements settlements;
    private final AuditLog auditLog;
    private final MeterRegistry meters;

    Throttle(
            ThrottleConfig config,
            ThrottleTable table,
            Settlements settlements,
            AuditLog auditLog,
            MeterRegistry meters) {
        this.config = config;
        this.table = table;
        this.settlements = settlements;
        this.auditLog = auditLog;
        this.meters = meters;
    }

    /**
     * Reserves a login.
     *
     * @param name as it was tried, whether or not it is an account's
     * @param account whose name that is; it only marks the rows, and changes no decision
     */
    public Attempt reserveLogin(String name, Optional<UUID> account, Client client) {
        ClientNetworks networks = ClientNetworks.of(client.address());
        List<Bucket> buckets = new ArrayList<>();
        networks.site().ifPresent(site -> buckets.add(network(Kind.SITE, site, config.siteLimit())));
        buckets.add(network(Kind.NETWORK, networks.network(), config.networkLimit()));
        buckets.add(bucket(Kind.NAME, name, config.nameLimit(), config.nameLimit()));
        // A name has no blank, so no other name and network are the same text.
        buckets.add(bucket(Kind.PAIR, name + " " + networks.network(), config.free(), config.nameLimit()));
        return reserve(
                buckets,
                account,
                kind -> new AuditEvent.Throttled(kind, account, Optional.empty(), Optional.of(name)),
                client);
    }

    /** Reserves a sign-up. It stays counted, however it ends, unless no verdict is reached. */
    public Attempt reserveSignUp(Client client) {
        ClientNetworks networks = ClientNetworks.of(client.address());
        List<Bucket> buckets = new ArrayList<>();
        networks.site()
                .ifPresent(site ->
                        buckets.add(signUps(Kind.SIGNUP_SITE, site, NETWORKS_OF_A_SITE * config.signupLimit())));
        buckets.add(signUps(Kind.SIGNUP, networks.network(), config.signupLimit()));
        return reserve(
                buckets,
                Optional.empty(),
                kind -> new AuditEvent.Throttled(kind, Optional.empty(), Optional.empty(), Optional.empty()),
                client);
    }

    private static Bucket signUps(Kind kind, String network, int anHour) {
        return new Bucket(kind, network, anHour, anHour, 0, SECONDS_AN_HOUR / anHour);
    }

    /** Reserves a call in which a session's holder gives the password of the account with this name. */
    public Attempt reserveOwn(String name, UUID session, Client client) {
        Bucket bucket = bucket(Kind.OWN, name + " " + session, config.ownLimit(), config.ownLimit());
        return reserve(
                List.of(bucket),
                Optional.empty(),
                kind -> new AuditEvent.Throttled(kind, Optional.empty(), Optional.of(session), Optional.empty()),
                client);
    }

    private Bucket network(Kind kind, String network, int limit) {
        return new Bucket(kind, network, limit, Integer.MAX_VALUE, ROOM, decaySeconds());
    }

    private Bucket bucket(Kind kind, String subject, int free, int most) {
        return new Bucket(kind, subject, free, most, 0, decaySeconds());
    }

    private double decaySeconds() {
        return config.decay().toMillis() / 1e3;
    }

    private Attempt reserve(
            List<Bucket> buckets, Optional<UUID> account, Function<String, AuditEvent> refusal, Client client) {
        if (!config.enabled()) {
            return new Attempt.Allowed(new Attempt.Reservation(List.of(), account, 0));
        }
        return switch (table.reserve(buckets, account, config)) {
            case ThrottleTable.Reserved(boolean known, long period) ->
                new Attempt.Allowed(
                        new Attempt.Reservation(known ? List.of(buckets.getLast()) : buckets, account, period));
            case ThrottleTable.Refused(Duration retryAfter, String kind, boolean tell) -> {
                meters.counter("gatehouse.throttle.refused", "by", kind).increment();
                if (tell) {
                    auditLog.record(refusal.apply(kind), client);
                }
                yield new Attempt.Blocked(retryAfter);
            }
        };
    }

    /**
     * Makes an attempt that was reserved, and says how it ended: as a verdict of its outcome, or without one where it throws.
     *
     * @return the outcome
     * @throws DatabaseException when the attempt has failed and the database could not be told, at first
     */
    public <T> T settled(Attempt.Reservation reservation, Supplier<T> attempt, Function<T, Attempt.Verdict> verdictOf) {
        Attempt.Verdict verdict = Attempt.Verdict.NONE;
        try {
            T outcome = attempt.get();
            verdict = verdictOf.apply(outcome);
            return outcome;
        } finally {
            settle(reservation, verdict);
        }
    }

    private void settle(Attempt.Reservation reservation, Attempt.Verdict verdict) {
        if (reservation.buckets().isEmpty()) {
            return;
        }
        switch (verdict) {
            case NONE -> settlements.later(reservation, verdict);
            case FAILED -> fail(reservation);
            case SUCCEEDED -> succeed(reservation);
            case COUNTED -> {}
        }
    }

    /** A pool that is busy is no outage. The verdict is valid, and Settlements sends it again. */
    private void fail(Attempt.Reservation reservation) {
        try {
            settlements.now(reservation, Attempt.Verdict.FAILED);
        } catch (DatabaseException e) {
            if (!e.isPoolBusy()) {
                throw e;
            }
            LOG.debug("throttle=unsettled", e);
        }
    }

    /** What is done is done, whether or not the database takes this now. */
    private void succeed(Attempt.Reservation reservation) {
        try {
            settlements.now(reservation, Attempt.Verdict.SUCCEEDED);
        } catch (DatabaseException e) { // Settlements sends it again, and logs it if that fails too.
            LOG.debug("throttle=unsettled", e);
        }
    }
}
