package dev.gatehouse.http.connection;

import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.LaunchMode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** What holds for the requests of every connection, for handlers that Netty makes and nobody can inject into. */
@Unremovable // Looked up by ConnectionLimits.
@Singleton
class ConnectionRules {
    /** With {@code gatehouse.password.max-wait}, longer than any call takes. */
    private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

    private final Duration requestTimeout;
    private final Optional<Duration> responseTimeout;
    private final ForwardingFields forwarding;
    private final DateField date;

    @Inject
    ConnectionRules(ConnectionConfig http, Config config, ForwardingFields forwarding, Clock clock) {
        this(
                http.requestTimeout(),
                LaunchMode.current() == LaunchMode.DEVELOPMENT
                        ? Optional.empty() // A live reload may take longer.
                        : Optional.of(
                                LONGEST_CALL.plus(config.getValue("gatehouse.password.max-wait", Duration.class))),
                forwarding,
                new DateField(clock));
    }

    ConnectionRules(
            Duration requestTimeout, Optional<Duration> responseTimeout, ForwardingFields forwarding, DateField date) {
        this.requestTimeout = requestTimeout;
        this.responseTimeout = responseTimeout;
        this.forwarding = forwarding;
        this.date = date;
    }

    /** How long a request may take from its first byte to its last. */
    Duration requestTimeout() {
        return requestTimeout;
    }

    /** How long after the last byte of its request a response begins at the latest. Absent where there is no bound. */
    Optional<Duration> responseTimeout() {
        return responseTimeout;
    }

    ForwardingFields forwarding() {
        return forwarding;
    }

    DateField date() {
        return date;
    }
}
