package dev.gatehouse.account;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What holders of an account see of it. */
@Schema(name = "Account", description = "An account.")
public record AccountView(
        @Schema(description = "The username in the form in which the service stores it.", examples = "flyingsponge")
        String username,

        @Schema(description = "When the account was created.", examples = "2026-11-01T09:30:00.123456Z")
        Instant createdAt,

        @Schema(description = "When the password was last set by its owner.", examples = "2026-11-20T18:02:11.654321Z")
        Instant passwordChangedAt) {}
