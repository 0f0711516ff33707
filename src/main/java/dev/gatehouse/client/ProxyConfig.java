package dev.gatehouse.client;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Quarkus' own settings for proxies. Quarkus believes the first address that a header names; {@link Clients} does not. */
@ConfigMapping(prefix = "quarkus.http.proxy")
interface ProxyConfig {
    /** Whether the headers of proxies are looked at. */
    @WithDefault("false")
    boolean proxyAddressForwarding();

    /** Whether {@code Forwarded} (RFC 7239) is, instead of {@code X-Forwarded-For}. */
    @WithDefault("false")
    boolean allowForwarded();

    /**
     * The proxies whose headers count, as IPv4 addresses or as networks ({@code 10.0.0.0/8}). Without any, none do. An IPv6
     * address needs its {@code /128}: without, Quarkus takes it for a host, and asks the DNS at each request.
     */
    Optional<List<@ProxyNetwork String>> trustedProxies();
}
