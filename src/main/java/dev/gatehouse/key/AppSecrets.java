package dev.gatehouse.key;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import org.jboss.logging.Logger;

/** Makes the secret that keys are derived from: the environment's, or in dev mode and tests one for this run. */
@Singleton
class AppSecrets {
    private static final Logger LOG = Logger.getLogger(AppSecrets.class);

    @Produces
    @Singleton
    @Startup // So that what there is to say about the secret is said at start.
    AppSecret current() {
        return AppSecret.fromEnvironment().orElseGet(AppSecrets::forThisRun);
    }

    private static AppSecret forThisRun() {
        if (!LaunchMode.current().isDevOrTest()) {
            throw new IllegalStateException(AppSecret.VARIABLE + " is not set"); // The safety checks come first.
        }
        LOG.warnf("secret=random reason=\"%s is not set\" effect=\"tokens end with this run\"", AppSecret.VARIABLE);
        byte[] bytes = new byte[AppSecret.MIN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return AppSecret.of(bytes);
    }
}
