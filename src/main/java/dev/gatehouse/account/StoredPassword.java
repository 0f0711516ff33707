package dev.gatehouse.account;

import io.quarkus.hibernate.orm.panache.common.ProjectedFieldName;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.UUID;

/** An account's password hash as it stood when it was read. */
@RegisterForReflection
public record StoredPassword(
        @ProjectedFieldName("id") UUID accountId,
        @ProjectedFieldName("passwordHash") String hash) {
    @Override
    public String toString() {
        return "StoredPassword[accountId=" + accountId + ", hash=redacted]";
    }
}
