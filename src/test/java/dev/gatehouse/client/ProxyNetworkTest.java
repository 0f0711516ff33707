package dev.gatehouse.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts name a trusted proxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyNetworkTest {
    private final ValidatorFactory factory = Validation.buildDefaultValidatorFactory();
    private final Validator validator = factory.getValidator();

    /** The settings as an operator gives them. */
    private record Settings(
            boolean proxyAddressForwarding, boolean allowForwarded, Optional<List<@ProxyNetwork String>> trustedProxies)
            implements ProxyConfig {}

    @AfterAll
    void close() {
        factory.close();
    }

    private Settings settings(String proxy) {
        return new Settings(true, false, Optional.of(List.of("192.0.2.7", proxy)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                " 10.0.0.1 ",
                "10.0.0.0/8",
                "10.0.0.1/8",
                "0.0.0.0/0",
                "10.0.0.1/32",
                "::1/128",
                "2001:db8::/32",
                "::/0",
                "::ffff:10.0.0.1/128"
            })
    void anAddressOrANetworkIsTakenAndUsed(String proxy) {
        Settings settings = settings(proxy);
        assertThat(validator.validate(settings)).isEmpty();
        assertThat(new Clients(settings, new CurrentVertxRequest())).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0.0/8/8",
                "10.0.0.0/255.0.0.0",
                "/8",
                "10",
                "1.2.3.4.5",
                "999.1.1.1",
                "10.0.0.1:8080",
                "10.0.0.1-10.0.0.9",
                "10.0.0.*",
                "::1",
                "[::1]",
                "::1/129",
                "::1/",
                ":::/64",
                "proxy.example",
                "proxy.example/32",
                "localhost",
                "*",
                "10.0.0.1;10.0.0.2",
                "10.0.0.1 10.0.0.2"
            })
    void anythingElseIsAFaultOfTheConfiguration(String proxy) {
        assertThat(validator.validate(settings(proxy)))
                .singleElement()
                .satisfies(fault -> assertThat(fault.getMessage()).startsWith("must be addresses or networks"));
    }
}
