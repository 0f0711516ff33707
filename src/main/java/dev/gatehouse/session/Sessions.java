package dev.gatehouse.session;

import dev.gatehouse.audit.AuditEvent;
import dev.gatehouse.audit.AuditLog;
import dev.gatehouse.client.Client;
import dev.gatehouse.database.AfterCommit;
import dev.gatehouse.database.Sql;
import dev.gatehouse.key.TokenLifetimes;
import dev.gatehouse.lifecycle.SweptTable;
import dev.gatehouse.problem.NotReadyException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * The sessions in Postgres. Nothing is decided on what was read before: each judgement is the WHERE of the one statement
 * that also acts on it, at READ COMMITTED, on the row as it was committed last and at the database's
 * {@code clock_timestamp()}. So any number of replicas and of parallel calls come to one verdict.
 *
 * <p>Every method is one transaction on one connection, or joins the caller's.
 */
@ApplicationScoped
public class Sessions implements SweptTable {
    private static final Logger LOG = Logger.getLogger(Sessions.class);

    /** The most live sessions of an account. */
    static final int MOST_OF_AN_ACCOUNT = 100;

    private static final String LIVE = " ended_at IS NULL AND LEAST(idle_limit, absolute_limit) > clock_timestamp() ";

    /**
     * The current generation is at most two ahead, and the one that was presented has been left less than the grace ago. A
     * time that is missing, as after a change by hand, was long ago.
     */
    private static final String IN_GRACE = """
             COALESCE(
                (generation = :generation + 1 AND previous_left_at > clock_timestamp() - make_interval(secs => :grace))
                OR (generation = :generation + 2
                    AND before_previous_left_at > clock_timestamp() - make_interval(secs => :grace)),
                false)
            """;

    private static final String STATE = """
             id, subject, generation,
                CAST(floor(extract(epoch FROM created_at)) AS bigint),
                CAST(floor(extract(epoch FROM absolute_limit)) AS bigint),
                CAST(round(extract(epoch FROM LEAST(idle_limit, absolute_limit) - clock_timestamp())) AS bigint)
            """;

    private static final Sql INSERT = Sql.of("""
            INSERT INTO session (id, account_id, subject, created_at, last_used_at, idle_limit, absolute_limit,
                sweep_at, user_agent, address)
            SELECT :id, :account, :subject, instant, instant, idle, absolute, LEAST(idle, absolute),
                :userAgent, :address
            FROM clock_timestamp() AS instant,
                LATERAL (SELECT instant + make_interval(secs => :idle) AS idle,
                    instant + make_interval(secs => :absolute) AS absolute) AS limits
            """ + "RETURNING" + STATE
            + ", (SELECT count(*) FROM session AS other WHERE other.account_id = :account AND other.ended_at IS NULL)");

    private static final Sql ROTATE = Sql.of("""
            UPDATE session SET generation = generation + 1, before_previous_left_at = previous_left_at,
                previous_left_at = clock_timestamp(), refresh_token_used = refresh_token_used OR :refreshToken,
                last_used_at = clock_timestamp(), idle_limit = clock_timestamp() + make_interval(secs => :idle)
            WHERE id = :id AND generation = :generation AND (:refreshToken OR NOT refresh_token_used) AND
            """ + LIVE + "RETURNING" + STATE);

    private static final Sql READ_IN_GRACE = Sql.of("SELECT" + STATE
            + "FROM session WHERE id = :id AND refresh_token_used = :refreshToken AND" + LIVE + "AND" + IN_GRACE);

    private static final Sql USE_IN_GRACE =
            Sql.of("UPDATE session SET refresh_token_used = :refreshToken WHERE id = :id AND" + LIVE + "AND" + IN_GRACE
                    + "RETURNING" + STATE);

    private static final Sql READ_REFRESH_TOKEN_USED =
            Sql.of("SELECT refresh_token_used FROM session WHERE id = :id AND" + LIVE);

    private static final Sql READ_ACCOUNT = Sql.of("SELECT account_id FROM session WHERE id = :id AND" + LIVE);

    private static final Sql END_DISPLACED = ending("""
            ended_at IS NULL
            AND id IN (SELECT id FROM session WHERE account_id = :account AND id <> :opened AND
            """ + LIVE + " ORDER BY last_used_at DESC OFFSET :kept)");

    private static final Sql END_REUSED =
            ending("id = :id AND generation <> :generation AND NOT (refresh_token_used AND NOT :refreshToken AND "
                    + IN_GRACE + ") AND " + LIVE);

    private static final Sql END_ONE = ending("id = :id AND ended_at IS NULL");

    private static final Sql END_ONE_OF_ACCOUNT = ending("id = :id AND account_id = :account AND" + LIVE);

    /** Locks the rows in the order of their ids, so that two calls that end the same sessions do not lock each other out. */
    private static final Sql END_ALL_OF_ACCOUNT = ending("""
            id IN (SELECT id FROM session WHERE account_id = :account AND ended_at IS NULL ORDER BY id FOR UPDATE)
            AND ended_at IS NULL
            """);

    private final SessionConfig config;
    private final TokenLifetimes lifetimes;
    private final EndedSessions endedSessions;
    private final IssueTime issueTime;
    private final ClockDifference clockDifference;
    private final AuditLog auditLog;
    private final AfterCommit afterCommit;
    private final MeterRegistry meters;
    private final DataSource pool;

    Sessions(
            SessionConfig config,
            TokenLifetimes lifetimes,
            EndedSessions endedSessions,
            IssueTime issueTime,
            ClockDifference clockDifference,
            AuditLog auditLog,
            AfterCommit afterCommit,
            MeterRegistry meters,
            DataSource pool) {
        this.config = config;
        this.lifetimes = lifetimes;
        this.endedSessions = endedSessions;
        this.issueTime = issueTime;
        this.clockDifference = clockDifference;
        this.auditLog = auditLog;
        this.afterCommit = afterCommit;
        this.meters = meters;
        this.pool = pool;
    }

    /**
     * Makes a statement that ends the sessions which a condition names, and returns them. What they tell of their users goes
     * at once; the row itself stays while access tokens of it can live, because replicas read there what has ended.
     */
    private static Sql ending(String condition) {
        return Sql.of("""
                WITH ended AS (
                    UPDATE session SET ended_at = clock_timestamp(), ended_in = pg_current_xact_id(),
                        end_reason = :reason, subject = NULL, user_agent = NULL, address = NULL,
                        sweep_at = clock_timestamp() + make_interval(secs => :remembered),
                        tokens_until = CASE WHEN :ahead > 0 THEN GREATEST(tokens_until,
                            clock_timestamp() + make_interval(secs => :ahead + :remembered)) ELSE tokens_until END
                    WHERE
                """ + condition + """
                     RETURNING id, account_id)
                SELECT id, account_id, CAST(pg_notify(:channel, '') AS text) FROM ended
                """);
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
                .with("idle", seconds(config.idle()))
                .with("absolute", seconds(lifetimes.session()))
                .with("userAgent", client.userAgent().orElse(null))
                .with("address", client.address())
                .first(row -> new Opened(liveSession(row), row.getLong(7)))
                .filter(one -> issueTime.suits(one.session()))
                .orElseThrow(NotReadyException::new);
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
        List<Ended> displaced = end(
                EndReason.DISPLACED,
                END_DISPLACED
                        .on(pool)
                        .with("account", accountId)
                        .with("opened", opened)
                        .with("kept", MOST_OF_AN_ACCOUNT - 1));
        displaced.forEach(one -> auditLog.record(new AuditEvent.SessionDisplaced(one.account(), one.id()), client));
    }

    /**
     * Exchanges a credential. Judged in this order: the access token's window; no row, ended or beyond a limit; an access
     * token after the first use of a refresh token; the generation.
     *
     * <p>A verdict cannot turn between the statements: the generation only grows, leaving times only age, the flag stays
     * set, and what has ended stays so. Only a generation above the row's can be overtaken, and then all is judged anew.
     */
    @Transactional
    public RefreshOutcome refresh(Credential credential, Client client) {
        if (credential instanceof Credential.OfAccessToken(UUID id, long generation, Duration expiredSince)
                && expiredSince.compareTo(lifetimes.refreshWindow()) >= 0) {
            return new RefreshOutcome.TooLate();
        }
        while (true) {
            Optional<RefreshOutcome> verdict = rotate(credential)
                    .or(() -> answerInGrace(credential))
                    .or(() -> endReused(credential, client))
                    .or(() -> refuse(credential));
            if (verdict.isPresent()) {
                return verdict.get();
            }
        }
    }

    private Optional<RefreshOutcome> rotate(Credential credential) {
        return refreshed("rotated", credential, ROTATE.on(pool).with("idle", seconds(config.idle())));
    }

    /** Changes nothing where the flag stands as the credential would set it, so that a crowd of tabs waits for nothing. */
    private Optional<RefreshOutcome> answerInGrace(Credential credential) {
        return refreshed("grace", credential, READ_IN_GRACE.on(pool).with("grace", seconds(config.grace())))
                .or(() -> isRefreshToken(credential) ? useInGrace(credential) : Optional.empty());
    }

    private Optional<RefreshOutcome> useInGrace(Credential credential) {
        return refreshed("grace", credential, USE_IN_GRACE.on(pool).with("grace", seconds(config.grace())));
    }

    private Optional<RefreshOutcome> refreshed(String how, Credential credential, Sql.Call call) {
        return presented(credential, call).first(this::liveSession).map(session -> {
            if (!issueTime.suits(session)) {
                QuarkusTransaction.setRollbackOnly();
                return new RefreshOutcome.SessionEnded();
            }
            afterCommit.run(() -> count(how, session));
            return new RefreshOutcome.Refreshed(session, credential);
        });
    }

    private static Sql.Call presented(Credential credential, Sql.Call call) {
        return call.with("id", credential.sessionId())
                .with("generation", credential.generation())
                .with("refreshToken", isRefreshToken(credential));
    }

    private void count(String how, LiveSession session) {
        meters.counter("gatehouse.refreshes", "answer", how).increment();
        LOG.debugf("session=%s generation=%d refresh=%s", session.id(), session.generation(), how);
    }

    /** Ends a session whose credential has been exchanged before, or is of a generation that it never had here. */
    private Optional<RefreshOutcome> endReused(Credential credential, Client client) {
        List<Ended> reused =
                end(EndReason.REUSE, presented(credential, END_REUSED.on(pool)).with("grace", seconds(config.grace())));
        reused.forEach(one -> auditLog.record(new AuditEvent.RefreshReused(one.account(), one.id()), client));
        return reused.stream().findFirst().map(one -> new RefreshOutcome.SessionEnded());
    }

    private Optional<RefreshOutcome> refuse(Credential credential) {
        Optional<Boolean> used = READ_REFRESH_TOKEN_USED
                .on(pool)
                .with("id", credential.sessionId())
                .first(row -> row.getBoolean(1));
        if (used.isEmpty()) {
            return Optional.of(new RefreshOutcome.SessionEnded());
        }
        boolean overtaken = isRefreshToken(credential) || !used.get();
        return overtaken ? Optional.empty() : Optional.of(new RefreshOutcome.Refused());
    }

    private static boolean isRefreshToken(Credential credential) {
        return credential instanceof Credential.OfRefreshToken;
    }

    /** Ends a session for its holder. One that has ended already, or that nobody remembers, is fine. */
    @Transactional
    public void logOut(UUID sessionId, Client client) {
        end(EndReason.LOGOUT, END_ONE.on(pool).with("id", sessionId))
                .forEach(one -> auditLog.record(new AuditEvent.LoggedOut(one.account(), one.id()), client));
    }

    /** The account of a live session; empty when the session is not live. */
    @Transactional
    public Optional<UUID> accountOf(UUID sessionId) {
        return READ_ACCOUNT.on(pool).with("id", sessionId).first(row -> row.getObject(1, UUID.class));
    }

    /** The live sessions of a live session's account, the one used last first; none when the caller's is not live. */
    @Transactional
    List<Session> ofTheAccountOf(UUID caller) {
        List<?> live = Panache.getEntityManager()
                .createNativeQuery(
                        "SELECT * FROM session WHERE account_id = (SELECT account_id FROM session WHERE id = :caller AND"
                                + LIVE + ") AND" + LIVE + "ORDER BY last_used_at DESC, id",
                        Session.class)
                .setParameter("caller", caller)
                .getResultList();
        return live.stream().map(Session.class::cast).toList();
    }

    /** Ends a live session of the account whose live session asks for it; it may be the caller's own. */
    @Transactional
    RevocationOutcome revoke(UUID caller, UUID target, Client client) {
        Optional<UUID> account = accountOf(caller);
        if (account.isEmpty()) {
            return RevocationOutcome.CALLER_ENDED;
        }
        List<Ended> revoked = end(
                EndReason.REVOKED,
                END_ONE_OF_ACCOUNT.on(pool).with("id", target).with("account", account.get()));
        revoked.forEach(one -> auditLog.record(new AuditEvent.SessionRevoked(one.account(), one.id()), client));
        return revoked.isEmpty() ? RevocationOutcome.NO_SUCH_SESSION : RevocationOutcome.REVOKED;
    }

    /** Ends every session of the account whose live session asks for it, that one too. */
    @Transactional
    RevocationOutcome revokeAll(UUID caller, Client client) {
        Optional<UUID> account = accountOf(caller);
        if (account.isEmpty()) {
            return RevocationOutcome.CALLER_ENDED;
        }
        endAll(account.get(), EndReason.REVOKED)
                .forEach(one -> auditLog.record(new AuditEvent.SessionRevoked(one.account(), one.id()), client));
        return RevocationOutcome.REVOKED;
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

    private List<Ended> endAll(UUID accountId, EndReason reason) {
        return end(reason, END_ALL_OF_ACCOUNT.on(pool).with("account", accountId));
    }

    /** A session that a statement has ended. */
    private record Ended(UUID id, UUID account) {}

    /**
     * Ends sessions, and lets this replica know them as ended after the commit.
     *
     * @param call of a statement that {@link #ending} has made
     * @return the sessions that it ended
     */
    private List<Ended> end(EndReason reason, Sql.Call call) {
        List<Ended> ended = call.with("reason", reason.stored())
                .with("remembered", seconds(endedSessions.remembered()))
                .with("ahead", seconds(clockDifference.isAhead() ? clockDifference.ahead() : Duration.ZERO))
                .with("channel", EndedSessionsFeed.CHANNEL)
                .list(row -> new Ended(row.getObject(1, UUID.class), row.getObject(2, UUID.class)));
        if (!ended.isEmpty()) {
            afterCommit.run(() -> ended.forEach(one -> endedSessions.add(one.id())));
        }
        return ended;
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
                            SELECT id, clock_timestamp() - make_interval(secs => :behind) AS instant,
                                CASE WHEN ended_at IS NULL THEN LEAST(idle_limit, absolute_limit)
                                     ELSE GREATEST(tokens_until, ended_at + make_interval(secs => :remembered)) END AS needed_until
                            FROM session WHERE sweep_at < (SELECT clock_timestamp() - make_interval(secs => :behind))
                            ORDER BY sweep_at LIMIT %d FOR UPDATE SKIP LOCKED),
                        removed AS (
                            DELETE FROM session USING due WHERE session.id = due.id AND needed_until <= instant),
                        put_off AS (
                            UPDATE session SET sweep_at = needed_until FROM due
                            WHERE session.id = due.id AND needed_until > instant)
                        SELECT count(*) FROM due
                        """, atMost))
                .on(pool)
                .with("remembered", seconds(endedSessions.remembered()))
                .with("behind", seconds(clockDifference.isBehind() ? clockDifference.behind() : Duration.ZERO))
                .first(row -> row.getInt(1))
                .orElseThrow();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private LiveSession liveSession(ResultSet row) throws SQLException {
        return new LiveSession(
                row.getObject(1, UUID.class),
                row.getString(2),
                row.getLong(3),
                Instant.ofEpochSecond(row.getLong(4)),
                Instant.ofEpochSecond(row.getLong(5)),
                Duration.ofSeconds(row.getLong(6)),
                issueTime.now());
    }
}
