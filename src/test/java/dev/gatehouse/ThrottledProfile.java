package dev.gatehouse;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/**
 * The service as it comes, with the throttle on, a low limit for sign-ups, little patience, and a proxy that is trusted. Other
 * tests run without, since they share one address and fail often on purpose.
 */
public class ThrottledProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "gatehouse.throttle.enabled", "true",
                "gatehouse.throttle.signup-limit", "20",
                "gatehouse.password.max-wait", "PT1S",
                "quarkus.http.proxy.proxy-address-forwarding", "true",
                "quarkus.http.proxy.trusted-proxies", "127.0.0.1,::1/128");
    }
}
