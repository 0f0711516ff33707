package dev.gatehouse.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A row of {@code account}. Rows are inserted by a statement of {@link Accounts} and not by persisting an instance. */
@Entity
@Table(name = "account")
class Account extends PanacheEntityBase {
    @Id
    UUID id;

    @Column(updatable = false)
    String username;

    @Column(name = "password_hash")
    String passwordHash;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "password_changed_at")
    Instant passwordChangedAt;
}
