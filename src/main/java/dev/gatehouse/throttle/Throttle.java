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
import org.jboss.logging.Logger;

/**
 * Decides whether an attempt may be made, and counts it. An attempt is reserved before its password is hashed, and counts as under
 * way until its end is settled, so that those which come at once cannot all slip through. No method holds a connection when it
 * returns.
 */
@Singleton
public class Throttle {
    private static final Logger LOG = Logger.getLogger(Throttle.class);

    /** How many attempts of one network may be under way beside those that may still fail. */
    private static final int ROOM_OF_A_NETWORK = 100;

    /**
     * How many attempts for a name from one network may be under way in addition to those that may fail without cost: the one whose
     * failure makes the next attempt wait, and 10 for right passwords that come at once.
     */
    private static final int ROOM_OF_A_PAIR = 10 + 1;

    /** How many networks' sign-ups an IPv6 site may try. */
    private static final int NETWORKS_OF_A_SITE = 5;

    private final ThrottleConfig config;
    private final ThrottleTable table;
    private final AttemptSettler settler;
    private final AuditLog auditLog;
    private final MeterRegistry meters;

    Throttle(
            ThrottleConfig config,
            ThrottleTable table,
            AttemptSettler settler,
            AuditLog auditLog,
            MeterRegistry meters) {
        this.config = config;
        this.table = table;
        this.settler = settler;
        this.auditLog = auditLog;
        this.meters = meters;
    }

    /**
     * Reserves a login.
     *
     * @param name as it was tried, whether or not it is an account's
     * @param account whose name that is; it only marks the rows, and changes no decision
     */
    public ReservationOutcome reserveLogin(String name, Optional<UUID> account, Client client) {
        ClientNetworks networks = ClientNetworks.of(client.address());
        List<Bucket> buckets = new ArrayList<>();
        networks.site().ifPresent(site -> buckets.add(network(ThrottleKind.SITE, site, config.siteLimit())));
        buckets.add(network(ThrottleKind.NETWORK, networks.network(), config.networkLimit()));
        buckets.add(new Bucket(ThrottleKind.NAME, name, limits(config.nameLimit(), config.nameLimit(), 0)));
        // A name has no blank, so no other name and network are the same text.
        buckets.add(new Bucket(
                ThrottleKind.PAIR,
                name + " " + networks.network(),
                limits(config.free(), config.nameLimit(), ROOM_OF_A_PAIR)));
        return reserve(
                buckets,
                account,
                kind -> new AuditEvent.Throttled(kind, account, Optional.empty(), Optional.of(name)),
                client);
    }

    /** Reserves a sign-up. It stays counted, however it ends, unless the attempt has no outcome. */
    public ReservationOutcome reserveSignUp(Client client) {
        ClientNetworks networks = ClientNetworks.of(client.address());
        List<Bucket> buckets = new ArrayList<>();
        networks.site()
                .ifPresent(site -> buckets.add(
                        signUps(ThrottleKind.SIGNUP_SITE, site, NETWORKS_OF_A_SITE * config.signupLimit())));
        buckets.add(signUps(ThrottleKind.SIGNUP, networks.network(), config.signupLimit()));
        return reserve(
                buckets,
                Optional.empty(),
                kind -> new AuditEvent.Throttled(kind, Optional.empty(), Optional.empty(), Optional.empty()),
                client);
    }

    private Bucket signUps(ThrottleKind kind, String network, int anHour) {
        Duration decay = Duration.ofHours(1).dividedBy(anHour);
        return new Bucket(
                kind, network, new Limits(anHour, anHour, 0, decay, config.firstWait(), config.longestWait()));
    }

    /** Reserves a call in which a session's holder gives the password of the account with this name. */
    public ReservationOutcome reserveOwn(String name, UUID session, Client client) {
        Bucket bucket =
                new Bucket(ThrottleKind.OWN, name + " " + session, limits(config.ownLimit(), config.ownLimit(), 0));
        return reserve(
                List.of(bucket),
                Optional.empty(),
                kind -> new AuditEvent.Throttled(kind, Optional.empty(), Optional.of(session), Optional.empty()),
                client);
    }

    private Bucket network(ThrottleKind kind, String network, int limit) {
        return new Bucket(kind, network, limits(limit, Integer.MAX_VALUE, ROOM_OF_A_NETWORK));
    }

    private Limits limits(int free, int most, int room) {
        return new Limits(free, most, room, config.decay(), config.firstWait(), config.longestWait());
    }

    private ReservationOutcome reserve(
            List<Bucket> buckets, Optional<UUID> account, Function<String, AuditEvent> refusal, Client client) {
        if (!config.enabled()) {
            return new ReservationOutcome.Allowed(new Reservation(List.of(), account, 0));
        }
        return switch (table.reserve(buckets, account)) {
            case ThrottleTable.Reserved(List<Bucket> counted, long period) ->
                new ReservationOutcome.Allowed(new Reservation(counted, account, period));
            case ThrottleTable.Full(Bucket bucket) -> new ReservationOutcome.Crowded(bucket.place());
            case ThrottleTable.Refused(ThrottleKind by, Duration retryAfter, boolean event) -> {
                meters.counter("gatehouse.throttle.refused", "by", by.stored()).increment();
                if (event) {
                    auditLog.record(refusal.apply(by.stored()), client);
                }
                yield new ReservationOutcome.Blocked(retryAfter);
            }
        };
    }

    /**
     * Says how a reserved attempt ended. If the database does not take it now, it is said again later.
     *
     * @throws DatabaseException if the database does not take that an attempt has failed: nothing may be answered to a guess that is
     *     not counted. A busy pool is no reason to throw.
     */
    public void settle(Reservation reservation, AttemptOutcome outcome) {
        if (reservation.buckets().isEmpty()) {
            return;
        }
        switch (outcome) {
            case NONE -> settler.later(reservation, outcome);
            case FAILED -> fail(reservation);
            case SUCCEEDED -> succeed(reservation);
            case COUNTED -> {}
        }
    }

    /** A pool that is busy is no outage. The outcome is valid, and the settler sends it again. */
    private void fail(Reservation reservation) {
        try {
            settler.now(reservation, AttemptOutcome.FAILED);
        } catch (DatabaseException e) {
            if (!e.isPoolBusy()) {
                throw e;
            }
            LOG.debug("throttle=unsettled", e);
        }
    }

    /** What is done is done, whether or not the database takes this now. */
    private void succeed(Reservation reservation) {
        try {
            settler.now(reservation, AttemptOutcome.SUCCEEDED);
        } catch (RuntimeException e) { // The act is committed. The settler sends the outcome again and logs a failure.
            LOG.debug("throttle=unsettled", e);
        }
    }
}
