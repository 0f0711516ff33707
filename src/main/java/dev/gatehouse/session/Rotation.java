package dev.gatehouse.session;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.crypto.Sha256;
import dev.gatehouse.database.AfterCommit;
import dev.gatehouse.database.Sql;
import dev.gatehouse.http.IdempotencyKey;
import dev.gatehouse.key.TokenLifetimes;
import dev.gatehouse.problem.OverloadedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges refresh tokens and access tokens. A refresh tries statements in a fixed order until one of them holds. Each statement judges
 * the row as it was committed last, at the database's {@code clock_timestamp()}, and acts on it at once, so that any number of replicas
 * and of parallel calls agree (<a href="../../../../../../docs/adr/0007-a-refresh-is-judged-by-the-statement-that-acts.md">ADR 7</a>).
 *
 * <p>Each statement has the same conditions for a live session: it has not ended, it is within its limits, and its account exists. The
 * account's row is read and never locked.
 *
 * <p>Arithmetic is done on the row's generation, which is at least 1, and never on the presented one, so that no presented number
 * overflows.
 */
@Singleton
class Rotation {
    private static final Logger LOG = Logger.getLogger(Rotation.class);

    /** How often the statements are tried. A round decides nothing only if another refresh changed the row in the middle of it. */
    private static final int ROUNDS = 3;

    private static final Duration SOON = Duration.ofSeconds(1);

    /** The shortest time between two answers to a repeated exchange that count. */
    private static final Duration SHORTEST_PERIOD = Duration.ofSeconds(10);

    /** After so many counted answers to one exchange, its token is judged as reuse. */
    private static final int MOST_REPEATS = 5;

    private static final int FIXED_BYTES = 3 * Long.BYTES;

    private static final Sql ROTATE = Sql.of("""
            UPDATE session SET
                generation = session.generation + 1,
                before_previous_left_at = session.previous_left_at,
                previous_left_at = clock_timestamp(),
                refresh_token_used = session.refresh_token_used OR :refreshToken,
                last_used_at = clock_timestamp(),
                idle_limit = clock_timestamp() + make_interval(secs => :idle),
                exchange_hash = :exchange,
                repeats = 0,
                repeated_at = NULL
            FROM account
            WHERE session.id = :id
                AND session.ended_at IS NULL
                AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
                AND account.id = session.account_id
                AND session.generation = :generation
                AND (:refreshToken OR NOT session.refresh_token_used)
            RETURNING session.id, session.subject, session.generation,
                CAST(floor(extract(epoch FROM session.created_at)) AS bigint),
                CAST(floor(extract(epoch FROM session.absolute_limit)) AS bigint),
                CAST(round(extract(epoch FROM LEAST(session.idle_limit, session.absolute_limit) - clock_timestamp())) AS bigint)
            """);

    /** Changes nothing and locks nothing, so that a crowd of tabs waits for nothing. */
    private static final Sql READ_IN_GRACE = Sql.of("""
            SELECT session.id, session.subject, session.generation,
                CAST(floor(extract(epoch FROM session.created_at)) AS bigint),
                CAST(floor(extract(epoch FROM session.absolute_limit)) AS bigint),
                CAST(round(extract(epoch FROM LEAST(session.idle_limit, session.absolute_limit) - clock_timestamp())) AS bigint)
            FROM session JOIN account ON account.id = session.account_id
            WHERE session.id = :id
                AND session.ended_at IS NULL
                AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
                AND session.refresh_token_used = :refreshToken
                AND ((session.generation - 1 = :generation
                        AND session.previous_left_at > clock_timestamp() - make_interval(secs => :grace))
                    OR (session.generation - 2 = :generation
                        AND session.before_previous_left_at > clock_timestamp() - make_interval(secs => :grace)))
            """);

    /**
     * The same for a refresh token with a key, which is also answered after the grace if it repeats the last exchange. Such an answer is
     * counted once a period; within the period nothing is changed or locked. On one version of the row at most one of the three parts
     * holds. The account's id is returned only where the answer was counted.
     */
    private static final Sql REPEAT = Sql.of("""
            WITH counted AS (
                UPDATE session SET repeats = session.repeats + 1, repeated_at = clock_timestamp()
                FROM account
                WHERE session.id = :id
                    AND session.ended_at IS NULL
                    AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
                    AND account.id = session.account_id
                    AND session.generation - 1 = :generation
                    AND session.exchange_hash = :exchange
                    AND NOT COALESCE(session.previous_left_at > clock_timestamp() - make_interval(secs => :grace), false)
                    AND session.repeats < :mostRepeats
                    AND NOT COALESCE(session.repeated_at > clock_timestamp() - make_interval(secs => :period), false)
                RETURNING session.id, session.subject, session.generation,
                    CAST(floor(extract(epoch FROM session.created_at)) AS bigint),
                    CAST(floor(extract(epoch FROM session.absolute_limit)) AS bigint),
                    CAST(round(extract(epoch FROM LEAST(session.idle_limit, session.absolute_limit) - clock_timestamp()))
                        AS bigint),
                    'repeated', session.account_id)
            SELECT * FROM counted
            UNION ALL
            SELECT session.id, session.subject, session.generation,
                CAST(floor(extract(epoch FROM session.created_at)) AS bigint),
                CAST(floor(extract(epoch FROM session.absolute_limit)) AS bigint),
                CAST(round(extract(epoch FROM LEAST(session.idle_limit, session.absolute_limit) - clock_timestamp())) AS bigint),
                'repeated', NULL
            FROM session JOIN account ON account.id = session.account_id
            WHERE session.id = :id
                AND session.ended_at IS NULL
                AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
                AND session.generation - 1 = :generation
                AND session.exchange_hash = :exchange
                AND NOT COALESCE(session.previous_left_at > clock_timestamp() - make_interval(secs => :grace), false)
                AND session.repeats < :mostRepeats
                AND session.repeated_at > clock_timestamp() - make_interval(secs => :period)
            UNION ALL
            SELECT session.id, session.subject, session.generation,
                CAST(floor(extract(epoch FROM session.created_at)) AS bigint),
                CAST(floor(extract(epoch FROM session.absolute_limit)) AS bigint),
                CAST(round(extract(epoch FROM LEAST(session.idle_limit, session.absolute_limit) - clock_timestamp())) AS bigint),
                'grace', NULL
            FROM session JOIN account ON account.id = session.account_id
            WHERE session.id = :id
                AND session.ended_at IS NULL
                AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
                AND session.refresh_token_used
                AND ((session.generation - 1 = :generation
                        AND session.previous_left_at > clock_timestamp() - make_interval(secs => :grace))
                    OR (session.generation - 2 = :generation
                        AND session.before_previous_left_at > clock_timestamp() - make_interval(secs => :grace)))
            """);

    private static final Sql USE_IN_GRACE = Sql.of("""
            UPDATE session SET refresh_token_used = true
            FROM account
            WHERE session.id = :id
                AND session.ended_at IS NULL
                AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
                AND account.id = session.account_id
                AND ((session.generation - 1 = :generation
                        AND session.previous_left_at > clock_timestamp() - make_interval(secs => :grace))
                    OR (session.generation - 2 = :generation
                        AND session.before_previous_left_at > clock_timestamp() - make_interval(secs => :grace)))
            RETURNING session.id, session.subject, session.generation,
                CAST(floor(extract(epoch FROM session.created_at)) AS bigint),
                CAST(floor(extract(epoch FROM session.absolute_limit)) AS bigint),
                CAST(round(extract(epoch FROM LEAST(session.idle_limit, session.absolute_limit) - clock_timestamp())) AS bigint)
            """);

    /** A time that is missing, as after a change by hand, was long ago. */
    private static final Sql END_REUSED = Sql.of("""
            WITH ended AS (
                UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = :reason,
                    subject = NULL, user_agent = NULL, address = NULL,
                    sweep_at = clock_timestamp() + make_interval(secs => :remembered),
                    tokens_until = CASE WHEN to_timestamp(:replicaNow) > clock_timestamp() + interval '1 minute'
                        THEN GREATEST(tokens_until, to_timestamp(:replicaNow) + make_interval(secs => :remembered))
                        ELSE tokens_until END
                FROM account
                WHERE session.id = :id
                    AND session.ended_at IS NULL
                    AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
                    AND account.id = session.account_id
                    AND session.generation <> :generation
                    AND NOT COALESCE(
                        (session.generation - 1 = :generation
                            AND session.previous_left_at > clock_timestamp() - make_interval(secs => :grace))
                        OR (session.generation - 2 = :generation
                            AND session.before_previous_left_at > clock_timestamp() - make_interval(secs => :grace)),
                        false)
                    AND NOT COALESCE(
                        session.generation - 1 = :generation AND session.exchange_hash = :exchange
                            AND session.repeats < :mostRepeats,
                        false)
                RETURNING session.id, session.account_id)
            SELECT id, account_id, CAST(pg_notify(:channel, '') AS text) FROM ended
            """);

    /** Whether an access token is refused because a refresh token of its live session has been used. */
    private static final Sql IS_REFUSED = Sql.of("""
            SELECT session.refresh_token_used AND NOT :refreshToken
                AND (session.generation = :generation
                    OR COALESCE(
                        (session.generation - 1 = :generation
                            AND session.previous_left_at > clock_timestamp() - make_interval(secs => :grace))
                        OR (session.generation - 2 = :generation
                            AND session.before_previous_left_at > clock_timestamp() - make_interval(secs => :grace)),
                        false))
            FROM session JOIN account ON account.id = session.account_id
            WHERE session.id = :id
                AND session.ended_at IS NULL
                AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
            """);

    private final SessionConfig config;
    private final TokenLifetimes lifetimes;
    private final IssueTime issueTime;
    private final Endings endings;
    private final AuditLog auditLog;
    private final AfterCommit afterCommit;
    private final MeterRegistry meters;
    private final DataSource pool;

    Rotation(
            SessionConfig config,
            TokenLifetimes lifetimes,
            IssueTime issueTime,
            Endings endings,
            AuditLog auditLog,
            AfterCommit afterCommit,
            MeterRegistry meters,
            DataSource pool) {
        this.config = config;
        this.lifetimes = lifetimes;
        this.issueTime = issueTime;
        this.endings = endings;
        this.auditLog = auditLog;
        this.afterCommit = afterCommit;
        this.meters = meters;
        this.pool = pool;
    }

    /** What a client has presented. */
    private record Presented(Credential credential, Optional<IdempotencyKey> key, Client client) {
        boolean isRefreshToken() {
            return credential instanceof Credential.OfRefreshToken;
        }

        /**
         * Returns what an exchange stores so that it can be repeated: SHA-256 over session, generation and key, of which the first two
         * have a fixed length. Null if the exchange cannot be repeated, for want of a key or with an access token.
         */
        byte @Nullable [] exchange() {
            if (key.isEmpty() || !isRefreshToken()) {
                return null;
            }
            byte[] chosen = key.get().bytes();
            return Sha256.of(ByteBuffer.allocate(FIXED_BYTES + chosen.length)
                    .putLong(credential.sessionId().getMostSignificantBits())
                    .putLong(credential.sessionId().getLeastSignificantBits())
                    .putLong(credential.generation())
                    .put(chosen)
                    .array());
        }
    }

    /**
     * Exchanges a credential in the running transaction. Judged in this order: the access token's window; no row, ended or beyond a
     * limit; an access token after the first use of a refresh token; the generation.
     *
     * <p>Between two statements a judgement cannot change, with two exceptions: a generation only grows, the times at which generations
     * were left only age, the flag stays set, and an ended session stays ended. The exceptions are a generation that a concurrent refresh
     * reaches in the meantime, and a repetition that another call counts at the same moment. Then everything is judged again.
     *
     * @param key of the client for this exchange; ignored with an access token
     * @throws OverloadedException if the row changed in the middle of each round; nothing was changed
     */
    RefreshOutcome refresh(Credential credential, Optional<IdempotencyKey> key, Client client) {
        if (credential instanceof Credential.OfAccessToken(UUID id, long generation, Duration expiredSince)
                && expiredSince.compareTo(lifetimes.refreshWindow()) >= 0) {
            return new RefreshOutcome.TooLate();
        }
        Presented presented = new Presented(credential, key, client);
        for (int round = 0; round < ROUNDS; round++) {
            Optional<RefreshOutcome> outcome = rotate(presented)
                    .or(() -> answerAgain(presented))
                    .or(() -> useInGrace(presented))
                    .or(() -> endReused(presented))
                    .or(() -> refuse(presented));
            if (outcome.isPresent()) {
                return outcome.get();
            }
        }
        LOG.warnf("session=%s refresh=undecided rounds=%d", credential.sessionId(), ROUNDS);
        throw new OverloadedException(SOON);
    }

    private Optional<RefreshOutcome> rotate(Presented presented) {
        return on(ROTATE, presented)
                .with("refreshToken", presented.isRefreshToken())
                .with("idle", config.idle())
                .with("exchange", presented.exchange())
                .first(row -> LiveSession.of(row, issueTime.now()))
                .map(session -> refreshed("rotated", session, presented));
    }

    private Optional<RefreshOutcome> answerAgain(Presented presented) {
        return presented.exchange() == null ? answerInGrace(presented) : repeat(presented);
    }

    private Optional<RefreshOutcome> answerInGrace(Presented presented) {
        return on(READ_IN_GRACE, presented)
                .with("refreshToken", presented.isRefreshToken())
                .with("grace", config.grace())
                .first(row -> LiveSession.of(row, issueTime.now()))
                .map(session -> refreshed("grace", session, presented));
    }

    private Optional<RefreshOutcome> repeat(Presented presented) {
        return on(REPEAT, presented)
                .with("exchange", presented.exchange())
                .with("grace", config.grace())
                .with("period", period())
                .with("mostRepeats", MOST_REPEATS)
                .first(this::repeated)
                .map(repeated -> {
                    repeated.counted()
                            .ifPresent(account -> auditLog.record(
                                    new AuditEvent.RefreshRepeated(
                                            account, repeated.session().id()),
                                    presented.client()));
                    return refreshed(repeated.how(), repeated.session(), presented);
                });
    }

    private Duration period() {
        return config.grace().compareTo(SHORTEST_PERIOD) > 0 ? config.grace() : SHORTEST_PERIOD;
    }

    /**
     * An answer to an exchange that was made before.
     *
     * @param how why it is answered, as the metric has it
     * @param counted the account, if this answer was counted
     */
    private record Repeated(LiveSession session, String how, Optional<UUID> counted) {}

    private Repeated repeated(ResultSet row) throws SQLException {
        return new Repeated(
                LiveSession.of(row, issueTime.now()),
                row.getString(7),
                Optional.ofNullable(row.getObject(8, UUID.class)));
    }

    private Optional<RefreshOutcome> useInGrace(Presented presented) {
        if (!presented.isRefreshToken()) {
            return Optional.empty();
        }
        return on(USE_IN_GRACE, presented)
                .with("grace", config.grace())
                .first(row -> LiveSession.of(row, issueTime.now()))
                .map(session -> refreshed("grace", session, presented));
    }

    /** Each answer with tokens comes through here before its transaction ends. Nothing is committed if they cannot be issued. */
    private RefreshOutcome refreshed(String how, LiveSession session, Presented presented) {
        if (!issueTime.suits(session)) {
            QuarkusTransaction.setRollbackOnly();
            return new RefreshOutcome.SessionEnded();
        }
        afterCommit.run(() -> count(how, session));
        return new RefreshOutcome.Refreshed(session, presented.credential());
    }

    private void count(String how, LiveSession session) {
        meters.counter("gatehouse.refreshes", "answer", how).increment();
        LOG.debugf("session=%s generation=%d refresh=%s", session.id(), session.generation(), how);
    }

    /** Ends a session whose credential has been exchanged before, or is of a generation that it never had here. */
    private Optional<RefreshOutcome> endReused(Presented presented) {
        List<Endings.Ended> reused = endings.end(
                EndReason.REUSE,
                on(END_REUSED, presented)
                        .with("exchange", presented.exchange())
                        .with("grace", config.grace())
                        .with("mostRepeats", MOST_REPEATS));
        reused.forEach(
                one -> auditLog.record(new AuditEvent.RefreshReused(one.account(), one.id()), presented.client()));
        return reused.stream().findFirst().map(one -> new RefreshOutcome.SessionEnded());
    }

    /** Refuses what is left: no live session, or an access token. Empty if the row has changed since the first statement. */
    private Optional<RefreshOutcome> refuse(Presented presented) {
        Optional<Boolean> refused = on(IS_REFUSED, presented)
                .with("refreshToken", presented.isRefreshToken())
                .with("grace", config.grace())
                .first(row -> row.getBoolean(1));
        if (refused.isEmpty()) {
            return Optional.of(new RefreshOutcome.SessionEnded());
        }
        return refused.get() ? Optional.of(new RefreshOutcome.Refused()) : Optional.empty();
    }

    private Sql.Call on(Sql statement, Presented presented) {
        return statement
                .on(pool)
                .with("id", presented.credential().sessionId())
                .with("generation", presented.credential().generation());
    }
}
