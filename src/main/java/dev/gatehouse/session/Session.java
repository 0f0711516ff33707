package dev.gatehouse.session;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of {@code session}, to be read. What changes one is a statement of {@link Sessions}, which judges and changes at once. */
@Entity
@Immutable
@Table(name = "session")
class Session extends PanacheEntityBase {
    @Id
    UUID id;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "last_used_at")
    Instant lastUsedAt;

    @Column(name = "idle_limit")
    Instant idleLimit;

    @Column(name = "absolute_limit")
    Instant absoluteLimit;

    @Column(name = "user_agent")
    @Nullable
    String userAgent;

    @Column(name = "address")
    @Nullable
    String address;

    /** Returns what the holder of the account sees. */
    Sessions.Listed listed() {
        Instant expiresAt = idleLimit.isBefore(absoluteLimit) ? idleLimit : absoluteLimit;
        return new Sessions.Listed(id, createdAt, lastUsedAt, expiresAt, userAgent, address);
    }
}
