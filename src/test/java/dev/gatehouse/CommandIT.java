package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.PackagedService.Ended;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program prints when it is given a command; it needs no configuration for that. */
class CommandIT {
    @Test
    void calibrateTellsTheCostForATimeAndWhatThisMachineCanDo() {
        Ended calibrated = PackagedService.ending(Map.of(), "calibrate", "60s");
        assertThat(calibrated.exitCode()).as(calibrated.log()).isZero();
        assertThat(calibrated.log())
                .startsWith("cost  one login  logins a second on ")
                .containsPattern("(?m)^  12 +[0-9]+ ms +[0-9]+\\.[0-9]$")
                .endsWith("gatehouse.password.cost=15");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "250", "0ms", "61s", "1h", "-1s", "PT1S", "99999999999999999999ms"})
    void calibrateSaysWhatItTakes(String duration) {
        Ended refused = PackagedService.ending(Map.of(), "calibrate", duration);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.log()).isEqualTo("calibrate: takes one duration from 1ms to 60s, such as 250ms or 1s");
    }

    @Test
    void healthcheckSaysWhetherTheServiceIsLiveReadyAndServing() {
        try (PackagedService service = PackagedService.ready(TestPostgres.newDatabase(), Map.of())) {
            assertThat(healthcheck(service)).isEqualTo(new Ended(0, "healthcheck: serving"));
            assertThat(healthcheck(service, "live")).isEqualTo(new Ended(0, "healthcheck: live"));
            assertThat(healthcheck(service, "ready")).isEqualTo(new Ended(0, "healthcheck: ready"));
        }
    }

    @Test
    void healthcheckFailsForAServiceThatIsOnlyLive() {
        Map<String, String> noDatabase = Map.of("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://127.0.0.1:9/none");
        try (PackagedService service = PackagedService.listening(noDatabase)) {
            assertThat(healthcheck(service, "live").exitCode()).isZero();
            String management = "http://127.0.0.1:" + service.managementPort() + "/q/health/";
            assertThat(healthcheck(service))
                    .isEqualTo(new Ended(1, "healthcheck: not serving, " + management + "group/serving says 503"));
            assertThat(healthcheck(service, "ready"))
                    .isEqualTo(new Ended(1, "healthcheck: not ready, " + management + "ready says 503"));
        }
    }

    @Test
    void healthcheckFailsWhereNobodyListens() {
        Ended refused = PackagedService.ending(Map.of("QUARKUS_MANAGEMENT_PORT", "9"), "healthcheck", "live");
        assertThat(refused)
                .isEqualTo(new Ended(1, "healthcheck: not live, java.net.ConnectException: Connection refused"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "99999", "2147483647"})
    void healthcheckFailsForAPortThatDoesNotExist(String port) {
        Ended refused = PackagedService.ending(Map.of("QUARKUS_MANAGEMENT_PORT", port), "healthcheck", "live");
        assertThat(refused)
                .isEqualTo(new Ended(
                        1, "healthcheck: not live, java.lang.IllegalArgumentException: there is no port " + port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alive", "SERVING"})
    void healthcheckSaysWhatItTakes(String state) {
        Ended refused = PackagedService.ending(Map.of(), "healthcheck", state);
        assertThat(refused)
                .isEqualTo(new Ended(
                        2, "healthcheck: takes one of live, ready and serving, or nothing, which is serving"));
    }

    /** As in a container: health is bound to all addresses and asked for on loopback. */
    private static Ended healthcheck(PackagedService service, String... state) {
        String[] arguments =
                Stream.concat(Stream.of("healthcheck"), Stream.of(state)).toArray(String[]::new);
        return PackagedService.ending(
                Map.of(
                        "QUARKUS_MANAGEMENT_HOST",
                        "0.0.0.0",
                        "QUARKUS_MANAGEMENT_PORT",
                        String.valueOf(service.managementPort())),
                arguments);
    }

    @Test
    void anUnknownCommandIsRefusedWithThoseThereAre() {
        Ended refused = PackagedService.ending(Map.of(), "serve");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.log())
                .startsWith("Without arguments: the service.")
                .contains("calibrate DURATION", "healthcheck [STATE]");
    }
}
