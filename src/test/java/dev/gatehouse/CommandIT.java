package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.PackagedService.Ended;
import java.util.Map;
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
    @ValueSource(strings = {"", "250", "0ms", "61s", "1h", "-1s", "PT1S"})
    void calibrateSaysWhatItTakes(String duration) {
        Ended refused = PackagedService.ending(Map.of(), "calibrate", duration);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.log()).isEqualTo("calibrate: takes one duration from 1ms to 60s, such as 250ms or 1s");
    }

    @Test
    void anUnknownCommandIsRefusedWithThoseThereAre() {
        Ended refused = PackagedService.ending(Map.of(), "serve");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.log()).startsWith("Without arguments: the service.").contains("calibrate DURATION");
    }
}
