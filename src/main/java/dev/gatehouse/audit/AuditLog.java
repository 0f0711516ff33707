package dev.gatehouse.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gatehouse.client.Client;
import dev.gatehouse.database.AfterCommit;
import dev.gatehouse.database.Sql;
import dev.gatehouse.key.NameHashes;
import dev.gatehouse.lifecycle.SweptTable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Records events in the table {@code audit_event}, and as one line of JSON each in the log {@value #CATEGORY}. */
@ApplicationScoped
public class AuditLog implements SweptTable {
    static final String CATEGORY = "gatehouse.audit";

    private static final Logger LOG = Logger.getLogger(CATEGORY);

    private static final Sql INSERT = Sql.of("""
            INSERT INTO audit_event (event, account_id, session_id, name_hash, address, user_agent)
            VALUES (:event, :account, :session, :nameHash, :address, :userAgent)""");

    /** Beyond ASCII everything is escaped, so that no character of a user's can end a line or turn its direction. */
    private static final ObjectWriter JSON = JsonMapper.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build()
            .writer();

    private final NameHashes nameHashes;
    private final AfterCommit afterCommit;
    private final AuditConfig config;
    private final DataSource pool;

    AuditLog(NameHashes nameHashes, AfterCommit afterCommit, AuditConfig config, DataSource pool) {
        this.nameHashes = nameHashes;
        this.afterCommit = afterCommit;
        this.config = config;
        this.pool = pool;
    }

    /** What an event is in the table and in the log. */
    private record Line(
            String event,
            @Nullable UUID account,
            @Nullable UUID session,
            @Nullable String nameHash) {}

    /** Records an event in the running transaction, or by itself if none runs. It is logged on commit. */
    public void record(AuditEvent event, Client client) {
        Line line = line(event);
        INSERT.on(pool)
                .with("event", line.event())
                .with("account", line.account())
                .with("session", line.session())
                .with(
                        "nameHash",
                        line.nameHash() == null ? null : HexFormat.of().parseHex(line.nameHash()))
                .with("address", client.address())
                .with("userAgent", client.userAgent().orElse(null))
                .update();
        afterCommit.run(() -> LOG.info(json(line, client)));
    }

    /** Removes events whose retention is over. */
    @Override
    @Transactional
    public int sweep(int atMost) {
        return removeOlderThan(config.retention(), atMost);
    }

    /**
     * Removes at most so many events that are older than the retention, unless another replica is about to. The number
     * stands in the statement's text, because the planner must know that it is small.
     */
    @Transactional
    int removeOlderThan(Duration retention, int atMost) {
        return Sql.of(String.format(Locale.ROOT, """
                        DELETE FROM audit_event WHERE id IN (
                            SELECT id FROM audit_event
                            WHERE recorded_at < (SELECT clock_timestamp()) - make_interval(secs => :retention)
                            ORDER BY recorded_at LIMIT %d FOR UPDATE SKIP LOCKED)
                        """, atMost))
                .on(pool)
                .with("retention", (double) retention.toSeconds())
                .update();
    }

    private Line line(AuditEvent event) {
        return switch (event) {
            case AuditEvent.SignedUp(UUID account) -> new Line("signup", account, null, null);
            case AuditEvent.SignUpRefused(UUID account) -> new Line("signup_refused", account, null, null);
            case AuditEvent.DeletedNameTried(String name) -> new Line("signup_refused", null, null, hash(name));
            case AuditEvent.LoggedIn(UUID account, UUID session) -> new Line("login", account, session, null);
            case AuditEvent.LoginFailed(Optional<UUID> account, String name) -> {
                String hash = hash(name); // Of an account's, too: it takes longer than all that is not done for both.
                yield new Line("login_failed", account.orElse(null), null, account.isPresent() ? null : hash);
            }
            case AuditEvent.RefreshReused(UUID account, UUID session) ->
                new Line("refresh_reuse", account, session, null);
            case AuditEvent.RefreshRepeated(UUID account, UUID session) ->
                new Line("refresh_repeated", account, session, null);
            case AuditEvent.LoggedOut(UUID account, UUID session) -> new Line("logout", account, session, null);
            case AuditEvent.SessionRevoked(UUID account, UUID session) ->
                new Line("session_revoked", account, session, null);
            case AuditEvent.SessionDisplaced(UUID account, UUID session) ->
                new Line("session_displaced", account, session, null);
            case AuditEvent.PasswordChanged(UUID account, UUID session) ->
                new Line("password_changed", account, session, null);
            case AuditEvent.PasswordRefused(UUID account, UUID session) ->
                new Line("password_refused", account, session, null);
            case AuditEvent.Throttled throttled -> {
                String hash = throttled
                        .name()
                        .map(this::hash)
                        .orElse(null); // The hash is computed for an account's name as well, so that the time is the
                // same.
                yield new Line(
                        "throttled_" + throttled.kind(),
                        throttled.account().orElse(null),
                        throttled.session().orElse(null),
                        throttled.account().isPresent() ? null : hash);
            }
            case AuditEvent.AccountDeleted(UUID account) -> new Line("account_deleted", account, null, null);
        };
    }

    private String hash(String name) {
        return HexFormat.of().formatHex(nameHashes.hash(name));
    }

    private static String json(Line line, Client client) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("event", line.event());
        members.put("account", line.account());
        members.put("session", line.session());
        members.put("name_hash", line.nameHash());
        members.put("address", client.address());
        members.put("user_agent", client.userAgent().orElse(null));
        try {
            return JSON.writeValueAsString(members);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings and ids can always be written", e);
        }
    }
}
