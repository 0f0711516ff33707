package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** No call needs a second connection while it holds one: every test here runs on a pool of one, and this says so. */
@QuarkusTest
class PoolTest {
    @Inject
    AgroalDataSource dataSource;

    @Test
    void theTestsRunOnAPoolOfOneConnection() {
        assertThat(dataSource.getConfiguration().connectionPoolConfiguration().maxSize())
                .isEqualTo(1);
    }
}
