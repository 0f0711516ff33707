package dev.gatehouse.session;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.database.Sql;
import dev.gatehouse.http.IdempotencyKey;
import dev.gatehouse.key.TokenLifetimes;
import dev.gatehouse.lifecycle.SweptTable;
import dev.gatehouse.problem.NotReadyException;
import dev.gatehouse.problem.OverloadedException;
import io.quarkus.hibernate.orm.panache.Panache;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The sessions in Postgres. Nothing is decided on what was read before: each judgement is the WHERE of the one statement
 * that also acts on it, at READ COMMITTED, on the row as it was committed last and at the database's
 * {@code clock_timestamp()}. So any number of replicas and of parallel calls come to one verdict.
 *
 * <p>Every method is one transaction on one connection, or joins the caller's.
 */
@ApplicationScoped
public class Sessions implements SweptTable {
    /** The most live sessions of an account. */
    static final int MOST_OF_AN_ACCOUNT = 100;

    private static final Sql INSERT = Sql.of("""
            INSERT INTO session (id, account_id, subject, created_at, last_used_at, idle_limit, absolute_limit,
                sweep_at, user_agent, address)
            SELECT :id, :account, :subject, instant, instant, idle, absolute, LEAST(idle, absolute),
                :userAgent, :address
            FROM clock_timestamp() AS instant,
                LATERAL (SELECT instant + make_interval(secs => :idle) AS idle,
                    instant + make_interval(secs => :absolute) AS absolute) AS limits
            RETURNING id, subject, generation,
                CAST(floor(extract(epoch FROM created_at)) AS bigint),
                CAST(floor(extract(epoch FROM absolute_limit)) AS bigint),
                CAST(round(extract(epoch FROM LEAST(idle_limit, absolute_limit) - clock_timestamp())) AS bigint),
                (SELECT count(*) FROM session AS other WHERE other.account_id = :account AND other.ended_at IS NULL)
            """);

    private static final Sql READ_ACCOUNT = Sql.of("""
            SELECT session.account_id
            FROM session JOIN account ON account.id = session.account_id
            WHERE session.id = :id
                AND session.ended_at IS NULL
                AND LEAST(session.idle_limit, session.absolute_limit) > clock_timestamp()
            """);

    /** Locks the rows in the order of their ids, as each statement here does that ends several. */
    private static final Sql END_DISPLACED = Sql.of("""
            WITH ended AS (
                UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = :reason,
                    subject = NULL, user_agent = NULL, address = NULL,
                    sweep_at = clock_timestamp() + make_interval(secs => :remembered),
                    tokens_until = CASE WHEN to_timestamp(:replicaNow) > clock_timestamp() + interval '1 minute'
                        THEN GREATEST(tokens_until, to_timestamp(:replicaNow) + make_interval(secs => :remembered))
                        ELSE tokens_until END
                WHERE id IN (
                        SELECT id FROM session
                        WHERE id IN (
                            SELECT id FROM session
                            WHERE account_id = :account
                                AND id <> :opened
                                AND ended_at IS NULL
                                AND LEAST(idle_limit, absolute_limit) > clock_timestamp()
                            ORDER BY last_used_at DESC OFFSET :kept)
                        ORDER BY id FOR UPDATE)
                    AND ended_at IS NULL
                RETURNING id, account_id)
            SELECT id, account_id, CAST(pg_notify(:channel, '') AS text) FROM ended
            """);

    private static final Sql END_ONE = Sql.of("""
            WITH ended AS (
                UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = :reason,
                    subject = NULL, user_agent = NULL, address = NULL,
                    sweep_at = clock_timestamp() + make_interval(secs => :remembered),
                    tokens_until = CASE WHEN to_timestamp(:replicaNow) > clock_timestamp() + interval '1 minute'
                        THEN GREATEST(tokens_until, to_timestamp(:replicaNow) + make_interval(secs => :remembered))
                        ELSE tokens_until END
                WHERE id = :id AND ended_at IS NULL
                RETURNING id, account_id)
            SELECT id, account_id, CAST(pg_notify(:channel, '') AS text) FROM ended
            """);

    private static final Sql END_ONE_OF_ACCOUNT = Sql.of("""
            WITH ended AS (
                UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = :reason,
                    subject = NULL, user_agent = NULL, address = NULL,
                    sweep_at = clock_timestamp() + make_interval(secs => :remembered),
                    tokens_until = CASE WHEN to_timestamp(:replicaNow) > clock_timestamp() + interval '1 minute'
                        THEN GREATEST(tokens_until, to_timestamp(:replicaNow) + make_interval(secs => :remembered))
                        ELSE tokens_until END
                WHERE id = :id
                    AND account_id = :account
                    AND ended_at IS NULL
                    AND LEAST(idle_limit, absolute_limit) > clock_timestamp()
                RETURNING id, account_id)
            SELECT id, account_id, CAST(pg_notify(:channel, '') AS text) FROM ended
            """);

    private static final Sql END_ALL_OF_ACCOUNT = Sql.of("""
            WITH ended AS (
                UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(), end_reason = :reason,
                    subject = NULL, user_agent = NULL, address = NULL,
                    sweep_at = clock_timestamp() + make_interval(secs => :remembered),
                    tokens_until = CASE WHEN to_timestamp(:replicaNow) > clock_timestamp() + interval '1 minute'
                        THEN GREATEST(tokens_until, to_timestamp(:replicaNow) + make_interval(secs => :remembered))
                        ELSE tokens_until END
                WHERE id IN (
                        SELECT id FROM session
                        WHERE account_id = :account AND ended_at IS NULL
                        ORDER BY id FOR UPDATE)
                    AND ended_at IS NULL
                RETURNING id, account_id)
            SELECT id, account_id, CAST(pg_notify(:channel, '') AS text) FROM ended
            """);

    private static final String LIST = """
            SELECT * FROM session
            WHERE account_id = (
                    SELECT caller.account_id
                    FROM session AS caller JOIN account ON account.id = caller.account_id
                    WHERE caller.id = :caller
                        AND caller.ended_at IS NULL
                        AND LEAST(caller.idle_limit, caller.absolute_limit) > clock_timestamp())
                AND ended_at IS NULL
                AND LEAST(idle_limit, absolute_limit) > clock_timestamp()
            ORDER BY last_used_at DESC, id
            """;

    private final SessionConfig config;
    private final TokenLifetimes lifetimes;
    private final EndedSessions endedSessions;
    private final IssueTime issueTime;
    private final Endings endings;
    private final Rotation rotation;
    private final AuditLog auditLog;
    private final DataSource pool;

    Sessions(
            SessionConfig config,
            TokenLifetimes lifetimes,
            EndedSessions endedSessions,
            IssueTime issueTime,
            Endings endings,
            Rotation rotation,
            AuditLog auditLog,
            DataSource pool) {
        this.config = config;
        this.lifetimes = lifetimes;
        this.endedSessions = endedSessions;
        this.issueTime = issueTime;
        this.endings = endings;
        this.rotation = rotation;
        this.auditLog = auditLog;
        this.pool = pool;
    }

    /**
     * Begins a session. Where the account has more than {@value #MOST_OF_AN_ACCOUNT} then, the one used longest ago
     * ends. The caller holds a lock on the account's row, so that logins beside each other count each other.
     *
     * @throws NotReadyException if this replica's clock is so far ahead that it cannot issue an access token of the session
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public LiveSession open(UUID accountId, String username, Client client) {
        Opened opened = INSERT.on(pool)
                .with("id", UUID.randomUUID())
                .with("account", accountId)
                .with("subject", username)
                .with("idle", config.idle())
                .with("absolute", lifetimes.session())
                .with("userAgent", client.userAgent().orElse(null))
                .with("address", client.address())
                .first(row -> new Opened(LiveSession.of(row, issueTime.now()), row.getLong(7)))
                .orElseThrow();
        issueTime.requireSuited(opened.session());
        if (opened.others() >= MOST_OF_AN_ACCOUNT) {
            displace(accountId, opened.session().id(), client);
        }
        return opened.session();
    }

    /**
     * A session that was begun.
     *
     * @param others how many of its account have not been ended, some of which may be beyond a limit
     */
    private record Opened(LiveSession session, long others) {}

    private void displace(UUID accountId, UUID opened, Client client) {
        List<Endings.Ended> displaced = endings.end(
                EndReason.DISPLACED,
                END_DISPLACED
                        .on(pool)
                        .with("account", accountId)
                        .with("opened", opened)
                        .with("kept", MOST_OF_AN_ACCOUNT - 1));
        displaced.forEach(one -> auditLog.record(new AuditEvent.SessionDisplaced(one.account(), one.id()), client));
    }

    /**
     * Exchanges a refresh token or an access token.
     *
     * @param key by which the client can repeat the exchange of a refresh token; ignored with an access token
     * @throws OverloadedException if concurrent refreshes kept changing the session; nothing was changed
     */
    @Transactional
    public RefreshOutcome refresh(Credential credential, Optional<IdempotencyKey> key, Client client) {
        return rotation.refresh(credential, key, client);
    }

    /** Ends a session for its holder. One that has ended already, or that nobody remembers, is fine. */
    @Transactional
    public void logOut(UUID sessionId, Client client) {
        endings.end(EndReason.LOGOUT, END_ONE.on(pool).with("id", sessionId))
                .forEach(one -> auditLog.record(new AuditEvent.LoggedOut(one.account(), one.id()), client));
    }

    /** The account of a live session; empty when the session is not live. */
    @Transactional
    public Optional<UUID> accountOf(UUID sessionId) {
        return READ_ACCOUNT.on(pool).with("id", sessionId).first(row -> row.getObject(1, UUID.class));
    }

    /**
     * Returns the live sessions of a live session's account, of which the session used last is the first. Empty if the caller's session
     * is not live.
     *
     * @param caller the session that asks
     */
    @Transactional
    public List<Listed> list(UUID caller) {
        List<?> live = Panache.getEntityManager()
                .createNativeQuery(LIST, Session.class)
                .setParameter("caller", caller)
                .getResultList();
        return live.stream().map(Session.class::cast).map(Session::listed).toList();
    }

    /**
     * What the holder of an account sees of a session.
     *
     * @param expiresAt when the session ends unless it is used
     */
    public record Listed(
            UUID id,
            Instant createdAt,
            Instant lastUsedAt,
            Instant expiresAt,
            @Nullable String userAgent,
            @Nullable String address) {}

    /** How a request to end a session ended. */
    public enum RevocationOutcome {
        /** The session was live and has ended. */
        REVOKED,
        /** The account has no such live session. Nothing was changed. */
        NO_SUCH_SESSION,
        /** The caller's own session is not live. Nothing was changed. */
        CALLER_ENDED
    }

    /** Ends a live session of the account whose live session asks for it; it may be the caller's own. */
    @Transactional
    public RevocationOutcome revoke(UUID caller, UUID target, Client client) {
        Optional<UUID> account = accountOf(caller);
        if (account.isEmpty()) {
            return RevocationOutcome.CALLER_ENDED;
        }
        List<Endings.Ended> revoked = endings.end(
                EndReason.REVOKED,
                END_ONE_OF_ACCOUNT.on(pool).with("id", target).with("account", account.get()));
        revoked.forEach(one -> auditLog.record(new AuditEvent.SessionRevoked(one.account(), one.id()), client));
        return revoked.isEmpty() ? RevocationOutcome.NO_SUCH_SESSION : RevocationOutcome.REVOKED;
    }

    /**
     * Ends every session of an account at its holder's wish.
     *
     * <p>The caller's transaction has locked the account's row in an earlier statement, as for each method here that ends all sessions of
     * an account: so a session that a login is opening is waited for and ends as well.
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public void endAllForHolder(UUID accountId, Client client) {
        endAll(accountId, EndReason.REVOKED)
                .forEach(one -> auditLog.record(new AuditEvent.SessionRevoked(one.account(), one.id()), client));
    }

    /** Ends every session of an account whose password is being changed, in the transaction that changes it. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void endAllForChangedPassword(UUID accountId) {
        endAll(accountId, EndReason.PASSWORD_CHANGED);
    }

    /** Ends every session of an account that is being deleted, in the transaction that deletes it. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void endAllForDeletedAccount(UUID accountId) {
        endAll(accountId, EndReason.ACCOUNT_DELETED);
    }

    private List<Endings.Ended> endAll(UUID accountId, EndReason reason) {
        return endings.end(reason, END_ALL_OF_ACCOUNT.on(pool).with("account", accountId));
    }

    /**
     * Removes rows that nobody needs any more, and puts the others off, which have been used since it was said when to look.
     *
     * <p>The number stands in the statement's text, because the planner must know that it is small.
     */
    @Override
    @Transactional
    public int sweep(int atMost) {
        return Sql.of(String.format(Locale.ROOT, """
                        WITH due AS MATERIALIZED (
                            SELECT id, LEAST(clock_timestamp(), to_timestamp(:replicaNow)) AS instant,
                                CASE WHEN ended_at IS NULL THEN GREATEST(tokens_until, LEAST(idle_limit, absolute_limit))
                                     ELSE GREATEST(tokens_until, ended_at + make_interval(secs => :remembered)) END AS needed_until
                            FROM session WHERE sweep_at < (SELECT LEAST(clock_timestamp(), to_timestamp(:replicaNow)))
                            ORDER BY sweep_at LIMIT %d FOR UPDATE SKIP LOCKED),
                        removed AS (
                            DELETE FROM session USING due WHERE session.id = due.id AND needed_until <= instant),
                        put_off AS (
                            UPDATE session SET sweep_at = needed_until FROM due
                            WHERE session.id = due.id AND needed_until > instant)
                        SELECT count(*) FROM due
                        """, atMost))
                .on(pool)
                .with("remembered", endedSessions.remembered())
                .with("replicaNow", issueTime.now().toEpochMilli() / 1000.0)
                .first(row -> row.getInt(1))
                .orElseThrow();
    }
}
