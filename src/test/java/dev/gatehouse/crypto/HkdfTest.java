package dev.gatehouse.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HkdfTest {
    /** RFC 5869, A.3: SHA-256 with neither salt nor info; the first 32 of its 42 bytes. */
    @Test
    void theRfcsVectorIsReproduced() {
        byte[] secret = HexFormat.of().parseHex("0b".repeat(22));
        assertThat(HmacSha256.derive(secret, "", 32))
                .asHexString()
                .isEqualToIgnoringCase("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    }

    @Test
    void anotherPurposeGivesAnotherValue() {
        byte[] secret = new byte[32];
        assertThat(HmacSha256.derive(secret, "a", 8)).hasSize(8).isNotEqualTo(HmacSha256.derive(secret, "b", 8));
    }
}
